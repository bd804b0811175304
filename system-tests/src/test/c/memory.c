/* Memory: brk, anonymous and file mappings, protection, moving, advice, residency. */
#include <malloc.h>

#include "steps.h"

enum { PAGE = 4096 };

static char *map(size_t length, int protection, int flags, int file) {
  char *address = mmap(NULL, length, protection, flags, file, 0);
  check(address != MAP_FAILED);
  feed_value(address);
  return address;
}

static void breaks(void) {
  char *before = sbrk(0);
  feed_value(before);
  check(sbrk(10 * PAGE) == before);
  fill(before, 10 * PAGE, 1);
  step("break moved up");
  feed(before, 10 * PAGE);
  check(sbrk(-5 * PAGE) == before + 10 * PAGE);
  fact("moved by %ld", (long)((char *)sbrk(0) - before));
  check(brk(before) == 0);
  check((void *)syscall(SYS_brk, 0) == before);
}

static void heap(void) {
  void *blocks[100];
  for (int i = 0; i < 100; i++) {
    blocks[i] = malloc(1000 * i + 1);
    check(blocks[i] != NULL);
    feed_value(blocks[i]);
    fill(blocks[i], 1000 * i + 1, i);
  }
  step("blocks allocated");
  for (int i = 99; i >= 0; i--) {
    feed(blocks[i], 1000 * i + 1);
    free(blocks[i]);
  }
  malloc_trim(0);
}

static void anonymous(void) {
  char *area = map(64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  fill(area, 64 * PAGE, 2);
  check(munmap(area + 10 * PAGE, 10 * PAGE) == 0);
  check(mprotect(area + 30 * PAGE, 10 * PAGE, PROT_READ) == 0);
  step("a hole and a read-only part");
  check_error(write(STDOUT_FILENO, area + 10 * PAGE, 1), EFAULT);
  check_error(pread(steps_memory, area + 30 * PAGE, 8, 0), EFAULT);
  char *fixed = mmap(area + 10 * PAGE, 10 * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  check(fixed == area + 10 * PAGE && fixed[0] == 0);
  check(mmap(area, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
        MAP_FAILED);
  check(errno == EEXIST);
  check(madvise(area, 5 * PAGE, MADV_DONTNEED) == 0);
  feed(area, 64 * PAGE);
  fact("zero after DONTNEED: %s", area[0] == 0 && area[5 * PAGE - 1] == 0 ? "yes" : "no");
  check(madvise(area + 5 * PAGE, PAGE, MADV_WILLNEED) == 0);
  unsigned char resident[64];
  check(mincore(area, 64 * PAGE, resident) == 0);
  feed(resident, sizeof resident);
  step("anonymous");
  feed(area, 64 * PAGE);
  check(munmap(area, 64 * PAGE) == 0);
  check_error(mprotect(area, PAGE, PROT_READ), ENOMEM);
  check_error(munmap(area + 1, PAGE), EINVAL);
}

static void moving(void) {
  char *area = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  fill(area, 4 * PAGE, 3);
  char *grown = mremap(area, 4 * PAGE, 400 * PAGE, MREMAP_MAYMOVE);
  check(grown != MAP_FAILED);
  feed_value(grown);
  step("grown");
  fill(grown + 4 * PAGE, 396 * PAGE, 4);
  feed(grown, 400 * PAGE);
  char *target = map(400 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  check(mremap(grown, 400 * PAGE, 400 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
  feed(target, 400 * PAGE);
  check(mremap(target, 400 * PAGE, PAGE, 0) == target);
  step("moved and shrunk");
  feed(target, PAGE);
  check(munmap(target, PAGE) == 0);
}

static void of_files(void) {
  int file = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
  char content[3 * PAGE];
  fill(content, sizeof content, 5);
  check(write(file, content, sizeof content) == sizeof content);
  char *private = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
  char *shared = map(3 * PAGE, PROT_READ, MAP_SHARED, file);
  check(close(file) == 0);
  private[PAGE] = 'p';
  step("file mapped");
  feed(private, 3 * PAGE);
  feed(shared, 3 * PAGE);
  fact("shared equal %s, private changed %s",
       memcmp(shared, content, sizeof content) == 0 ? "yes" : "no",
       private[PAGE] == 'p' && shared[PAGE] == content[PAGE] ? "yes" : "no");
  check(munmap(private, 3 * PAGE) == 0 && munmap(shared, 3 * PAGE) == 0);
  check(unlink("mapped") == 0);
}

static void body(void) {
  breaks();
  heap();
  anonymous();
  moving();
  of_files();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }

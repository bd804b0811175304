/* Files: contents, offsets, sizes, names, times and locks. */
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#include "steps.h"

/* An address where nothing can be mapped; volatile, so that the compiler does not know it. */
static void *volatile nowhere = (void *)16;

static void contents(void) {
  int file = open("contents", O_RDWR | O_CREAT | O_TRUNC, 0640);
  check(file >= 0);
  check(write(file, "0123456789", 10) == 10);
  check(pwrite(file, "AB", 2, 4) == 2);
  struct iovec out[3] = {{"x", 1}, {"", 0}, {"yz", 2}};
  check(writev(file, out, 3) == 3);
  step("files written");
  check(lseek(file, 2, SEEK_SET) == 2);
  char head[4], tail[16] = {0};
  struct iovec in[2] = {{head, sizeof head}, {tail, sizeof tail}};
  ssize_t got = readv(file, in, 2);
  fact("readv %zd: %.4s %s", got, head, tail);
  memset(head, 0, sizeof head);
  check(pread(file, head, 3, 10) == 3);
  fact("pread %.3s at %lld", head, (long long)lseek(file, 0, SEEK_CUR));
  check(preadv2(file, in, 1, 0, 0) == 4);
  check(pwritev(file, out, 1, 12) == 1);
  check(read(file, head, 4) == 0);
  check_error(pread(file, head, 1, -1), EINVAL);
  check(lseek(file, 0, SEEK_SET) == 0);
  check_error(read(file, nowhere, 4096), EFAULT);
  check(ftruncate(file, 5) == 0);
  check(fallocate(file, 0, 0, 8192) == 0 || errno == EOPNOTSUPP);
  check(ftruncate(file, 8192) == 0);
  check(fsync(file) == 0 && fdatasync(file) == 0);
  check(posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL) == 0);
  struct stat status;
  check(fstat(file, &status) == 0);
  feed(&status, sizeof status);
  fact("size %lld mode %o links %d", (long long)status.st_size, status.st_mode & 07777,
       (int)status.st_nlink);
  check(lseek(file, 8000, SEEK_DATA) >= -1);
  check(close(file) == 0);
  check_error(close(file), EBADF);
}

/* Reads past the kernel's cache, which want their buffers where the disk's blocks would fit. */
static void direct(void) {
  enum { BLOCK = 4096 };
  static char blocks[3 * BLOCK];
  char *aligned = blocks + BLOCK - (uintptr_t)blocks % BLOCK;
  int file = open("contents", O_RDWR | O_TRUNC | O_DIRECT);
  fact("direct: %s", file >= 0 ? "yes" : strerror(errno));
  if (file < 0) {
    return;
  }
  memset(aligned, 'd', BLOCK);
  check(write(file, aligned, BLOCK) == BLOCK);
  for (int i = 0; i < 3; i++) {
    memset(aligned, 0, BLOCK);
    check(pread(file, aligned, BLOCK, 0) == BLOCK && aligned[BLOCK - 1] == 'd');
    memset(aligned, 0, BLOCK);
    struct iovec in = {aligned, BLOCK};
    check(lseek(file, 0, SEEK_SET) == 0);
    check(readv(file, &in, 1) == BLOCK && aligned[BLOCK - 1] == 'd');
    step("read directly");
  }
  check(close(file) == 0);
}

static void appending(void) {
  int one = open("append", O_WRONLY | O_CREAT | O_APPEND, 0600);
  int two = open("append", O_WRONLY | O_APPEND);
  check(one >= 0 && two >= 0);
  for (int i = 0; i < 5; i++) {
    check(write(one, "ab", 2) == 2);
    check(write(two, "cd", 2) == 2);
    if (i == 2) {
      step("appending");
    }
  }
  char text[32] = {0};
  int file = open("append", O_RDONLY);
  check(read(file, text, sizeof text) == 20);
  fact("appended %s", text);
  check(close(one) == 0 && close(two) == 0 && close(file) == 0);
}

static void names(void) {
  check(link("append", "second") == 0);
  check(symlink("second", "pointer") == 0);
  check_error(symlink("second", "pointer"), EEXIST);
  char target[64];
  ssize_t length = readlink("pointer", target, sizeof target);
  fact("pointer to %.*s", (int)length, target);
  check(readlink("pointer", target, 3) == 3);
  check(rename("second", "third") == 0);
  check(renameat2(AT_FDCWD, "third", AT_FDCWD, "append", RENAME_EXCHANGE) == 0);
  check(access("pointer", F_OK) == -1 && errno == ENOENT);
  check(faccessat(AT_FDCWD, "third", R_OK, 0) == 0);
  check(chmod("third", 0444) == 0);
  struct statx extended;
  memset(&extended, 0, sizeof extended);
  check(statx(AT_FDCWD, "third", 0, STATX_BASIC_STATS, &extended) == 0);
  feed(&extended, sizeof extended);
  fact("links %u mode %o size %llu", extended.stx_nlink, extended.stx_mode & 07777,
       (unsigned long long)extended.stx_size);
  struct timespec times[2] = {{1000, 5}, {2000, 7}};
  check(utimensat(AT_FDCWD, "third", times, 0) == 0);
  struct stat status;
  check(stat("third", &status) == 0 && lstat("pointer", &status) == 0);
  check(stat("third", &status) == 0);
  fact("modified %lld.%ld", (long long)status.st_mtime, status.st_mtim.tv_nsec);
  step("names made");
  check(unlink("third") == 0 && unlink("pointer") == 0);
  check_error(unlink("third"), ENOENT);
  check_error(open("missing/file", O_RDONLY), ENOENT);
  check_error(open("append", O_CREAT | O_EXCL, 0600), EEXIST);
}

static void locks(void) {
  int file = open("append", O_RDWR);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 4};
  check(fcntl(file, F_SETLK, &lock) == 0);
  check(flock(file, LOCK_EX | LOCK_NB) == 0);
  step("locks held");
  struct flock query = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  check(fcntl(file, F_GETLK, &query) == 0);
  fact("own lock conflicts: %s", query.l_type == F_UNLCK ? "no" : "yes");
  int other = open("append", O_RDWR);
  check_error(flock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
  struct flock description = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  check_error(fcntl(other, F_OFD_SETLK, &description), EAGAIN);
  check(close(file) == 0);
  check(flock(other, LOCK_EX | LOCK_NB) == 0);
  int result = fsetxattr(other, "user.color", "blue", 4, 0);
  char value[16];
  check(result == 0 ? fgetxattr(other, "user.color", value, sizeof value) == 4
                    : errno == EOPNOTSUPP);
  if (result == 0) {
    check(fgetxattr(other, "user.color", NULL, 0) == 4);
    check(memcmp(value, "blue", 4) == 0);
  }
  check(close(other) == 0);
  check(unlink("append") == 0 && unlink("contents") == 0);
}

static void body(void) {
  contents();
  direct();
  appending();
  names();
  locks();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }

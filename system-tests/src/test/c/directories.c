/* Directories: listing, working directory, umask, names relative to a descriptor. */
#include <dirent.h>
#include <sys/stat.h>

#include "steps.h"

enum { FILES = 300 };

static void list(void) {
  check(mkdir("listed", 0755) == 0);
  int directory = open("listed", O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < FILES; i++) {
    char name[32];
    snprintf(name, sizeof name, "file-%03d", i);
    int file = openat(directory, name, O_WRONLY | O_CREAT, 0600);
    check(file >= 0 && close(file) == 0);
  }
  step("directory filled");
  int seen = 0;
  unsigned sum = 0;
  char buffer[1024];
  long got;
  while ((got = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
    feed(buffer, got);
    for (long at = 0; at < got;) {
      struct dirent64 *entry = (struct dirent64 *)(buffer + at);
      int number;
      if (sscanf(entry->d_name, "file-%d", &number) == 1) {
        seen++;
        sum += number;
      }
      at += entry->d_reclen;
    }
    if (seen > 100 && seen < 130) {
      step("directory half read");
    }
  }
  check(got == 0);
  fact("entries %d sum %u", seen, sum);
  for (int i = 0; i < FILES; i++) {
    char name[32];
    snprintf(name, sizeof name, "file-%03d", i);
    check(unlinkat(directory, name, 0) == 0);
  }
  check(close(directory) == 0);
  check(rmdir("listed") == 0);
}

static void working_directory(void) {
  char before[4096], after[4096];
  check(getcwd(before, sizeof before) != NULL);
  check_error(syscall(SYS_getcwd, after, 1), ERANGE);
  feed(before, strlen(before));
  int home = open(".", O_PATH | O_DIRECTORY);
  mode_t mask = umask(027);
  check(mkdir("one", 0777) == 0);
  check(mkdir("one/two", 0777) == 0);
  check(chdir("one/two") == 0);
  step("directory changed");
  check(getcwd(after, sizeof after) != NULL);
  check(strncmp(before, after, strlen(before)) == 0);
  fact("below the first: %s", after + strlen(before));
  struct stat status;
  check(stat("../two", &status) == 0);
  fact("mode under umask 027: %o", status.st_mode & 07777);
  check(umask(mask) == 027);
  check(fchdir(home) == 0);
  check_error(rmdir("one"), ENOTEMPTY);
  check_error(chdir("nowhere"), ENOENT);
  check(rmdir("one/two") == 0 && rmdir("one") == 0);
  check(close(home) == 0);
  check(getcwd(after, sizeof after) != NULL && strcmp(before, after) == 0);
}

static void body(void) {
  list();
  working_directory();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }

// A shell drops variables whose names it does not like and adds its own (PWD), so a script that is to pass its environment on asks for
// what it was given: one line for each string, as an option for `front`. "-E" comes first: a list follows, even if it is empty.
#include "launcher.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int is_plain(unsigned char c) {
  return c >= ' ' && c < 127 && c != '\\';
}

static void print_word(const char *text) {
  fputs("-e", stdout);
  for (; *text; text++) {
    if (is_plain((unsigned char)*text)) {
      putchar(*text);
    } else {
      printf("\\%03o", (unsigned char)*text);
    }
  }
  putchar('\n');
}

void decode_environment_word(char *word) {
  char *to = word;
  for (const char *from = word; *from;) {
    if (from[0] == '\\' && from[1] && from[2] && from[3]) {
      *to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
      from += 4;
    } else {
      *to++ = *from++;
    }
  }
  *to = 0;
}

// environment PID: PID is the shell's.
int print_environment(int argc, char **argv) {
  if (argc != 1) return 2;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/environ", atoi(argv[0]));
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(path);
  size_t capacity = 1 << 16, used = 0;
  char *text = allocate(capacity + 1);
  for (;;) {
    if (used == capacity) {
      capacity *= 2;
      text = realloc(text, capacity + 1);
      if (!text) return fail(path);
    }
    ssize_t got = read(fd, text + used, capacity - used);
    if (got < 0) return fail(path);
    if (got == 0) break;
    used += (size_t)got;
  }
  text[used] = 0;
  puts("-E");
  for (size_t at = 0; at < used;) {
    print_word(text + at);
    while (text[at]) at++;
    at++;
  }
  return fflush(stdout) == 0 ? 0 : fail("standard output");
}

// The launcher's modes; each returns the exit status, if it returns at all.
#ifndef FTRUN_LAUNCHER_H
#define FTRUN_LAUNCHER_H

#include <stddef.h>
#include <stdint.h>

enum {
  EXIT_FTRUN_FAILED = 125,
  EXIT_CANNOT_EXECUTE = 126,
  EXIT_NOT_FOUND = 127,
};

int front(int argc, char **argv);
int child(int argc, char **argv);
int recorded(int argc, char **argv);
int print_environment(int argc, char **argv);
int rehearse(void);

// Reverses one line of print_environment in place.
void decode_environment_word(char *word);

// The kernel's own view of masks and dispositions: libc hides signals 32 and 33, which a service may have been given too.
uint64_t exchange_mask(uint64_t mask);
int is_ignored(int signal);
int set_disposition(int signal, int ignore);

static inline uint64_t bit_of(int signal) {
  return (uint64_t)1 << (signal - 1);
}

// Prints "ftrun: WHAT: reason of errno" and returns 125.
int fail(const char *what);

// Memory or the end of the program.
void *allocate(size_t bytes);

#endif

/* A parent and two children talk over pipes and a socket, and know each other by their ids. */
#include "members.h"

enum { LINES = 5, BULK = 200000, SIZE = 128 };

/* Each end of everything; who has no use for one closes it. */
static int to_first[2], from_first[2], to_second[2], pair[2];
static pid_t *told; /* own ids of the first and of the second, and who they say bore them */

static uint64_t hash_of(const char *bytes, size_t length, uint64_t hash) {
  for (size_t i = 0; i < length; i++) {
    hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211ULL;
  }
  return hash;
}

/* Passes on what a length is said of, through a pipe that holds less. */
static void pass_bulk(int from, int to, long length) {
  static char bytes[30000];
  while (length > 0) {
    ssize_t got = read(from, bytes, sizeof bytes);
    check(got > 0);
    write_fully(to, bytes, got);
    length -= got;
  }
}

/* Answers lines over pipes; those that begin with > go on to the second. */
static int answer_first(void *unused) {
  char line[SIZE], answer[SIZE + 32];
  (void)unused;
  check(close(to_first[1]) == 0 && close(from_first[0]) == 0 && close(to_second[0]) == 0);
  check(close(pair[0]) == 0 && close(pair[1]) == 0);
  while (read_line(to_first[0], line, sizeof line)) {
    told[0] = getpid();
    told[2] = getppid();
    if (line[0] == '>') {
      write_line(to_second[1], line);
    } else if (line[0] == 'b') {
      write_line(to_second[1], line);
      pass_bulk(to_first[0], to_second[1], atol(line + 1));
    } else {
      snprintf(answer, sizeof answer, "first: %s", line);
      write_line(from_first[1], answer);
    }
  }
  return 1;
}

/* Answers what the first passes on, over a socket, and asks there for more. */
static int answer_second(void *unused) {
  static char bytes[30000];
  char line[SIZE], answer[SIZE + 32];
  int asked = 0;
  (void)unused;
  check(close(to_first[0]) == 0 && close(to_first[1]) == 0 && close(from_first[0]) == 0);
  check(close(from_first[1]) == 0 && close(to_second[1]) == 0 && close(pair[0]) == 0);
  while (read_line(to_second[0], line, sizeof line)) {
    told[1] = getpid();
    told[3] = getppid();
    asked++;
    snprintf(answer, sizeof answer, "second %d: %s", asked, line);
    if (line[0] == 'b') {
      uint64_t hash = 1;
      long length = atol(line + 1);
      for (ssize_t got; length > 0; length -= got) {
        check((got = read(to_second[0], bytes, sizeof bytes)) > 0);
        hash = hash_of(bytes, got, hash);
      }
      snprintf(answer, sizeof answer, "second %d: %016llx\n", asked, (unsigned long long)hash);
    }
    write_line(pair[1], answer);
    check(read_line(pair[1], line, sizeof line) && strcmp(line, "thanks\n") == 0);
  }
  return 2;
}

static void ask(int number) {
  char line[SIZE], answer[SIZE];
  snprintf(line, sizeof line, "line %d\n", number);
  write_line(to_first[1], line);
  check(read_line(from_first[0], answer, sizeof answer));
  fact("%.*s", (int)strlen(answer) - 1, answer);
  snprintf(line, sizeof line, "> line %d\n", number);
  write_line(to_first[1], line);
  check(read_line(pair[0], answer, sizeof answer));
  write_line(pair[0], "thanks\n");
  fact("%.*s", (int)strlen(answer) - 1, answer);
}

static void body(void) {
  static char bulk[BULK];
  char line[SIZE];
  told = share(4 * sizeof *told);
  check(pipe(to_first) == 0 && pipe(from_first) == 0 && pipe(to_second) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  step("alone");
  pid_t first = bear(answer_first, NULL), second = bear(answer_second, NULL);
  check(close(to_first[0]) == 0 && close(from_first[1]) == 0 && close(pair[1]) == 0);
  check(close(to_second[0]) == 0 && close(to_second[1]) == 0);
  for (int i = 1; i <= LINES; i++) {
    ask(i);
    fact("they are who was born %d %d, of their parent %d %d", told[0] == first, told[1] == second,
         told[2] == getpid(), told[3] == getpid());
    memset(told, 0, 4 * sizeof *told);
    step("talked");
  }
  fill(bulk, BULK, 4);
  fact("to be hashed %016llx", (unsigned long long)hash_of(bulk, BULK, 1));
  snprintf(line, sizeof line, "b%d\n", BULK);
  write_line(to_first[1], line);
  write_fully(to_first[1], bulk, BULK / 2);
  step("in the middle of it");
  write_fully(to_first[1], bulk + BULK / 2, BULK / 2);
  check(read_line(pair[0], line, sizeof line));
  write_line(pair[0], "thanks\n");
  fact("%.*s", (int)strlen(line) - 1, line);
  step("hashed");
  check(close(to_first[1]) == 0);
  fact("the first ends with %d", end_of(first));
  fact("the second ends with %d", end_of(second));
  check(!read_line(from_first[0], line, sizeof line) && !read_line(pair[0], line, sizeof line));
  check(close(from_first[0]) == 0 && close(pair[0]) == 0);
  check(munmap(told, 4 * sizeof *told) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }

/* Randomness: from the kernel, from the loader, from where things were put in memory. */
#include <sys/auxv.h>
#include <sys/random.h>

#include "steps.h"

static int bits_set(const unsigned char *bytes, int length) {
  int count = 0;
  for (int i = 0; i < length; i++) {
    count += __builtin_popcount(bytes[i]);
  }
  return count;
}

static void numbers(void) {
  unsigned char bytes[4096];
  check(getrandom(bytes, 256, 0) == 256);
  feed(bytes, 256);
  check(getrandom(bytes, sizeof bytes, GRND_NONBLOCK) == sizeof bytes);
  feed(bytes, sizeof bytes);
  int set = bits_set(bytes, sizeof bytes);
  fact("getrandom fair: %s", set > 15000 && set < 17700 ? "yes" : "no");
  int device = open("/dev/urandom", O_RDONLY);
  check(device >= 0 && read(device, bytes, sizeof bytes) == sizeof bytes && close(device) == 0);
  feed(bytes, sizeof bytes);
  set = bits_set(bytes, sizeof bytes);
  fact("urandom fair: %s", set > 15000 && set < 17700 ? "yes" : "no");
  check(getentropy(bytes, 256) == 0);
  feed(bytes, 256);
  check_error(getrandom(bytes, 1, 0xff), EINVAL);
  int file = open("/proc/sys/kernel/random/uuid", O_RDONLY);
  check(file >= 0 && read(file, bytes, sizeof bytes) == 37 && close(file) == 0);
  feed(bytes, 37);
}

static void addresses(void) {
  static int in_data;
  int on_stack;
  void *heap = malloc(10);
  uintptr_t sum = (uintptr_t)&in_data ^ (uintptr_t)&on_stack ^ (uintptr_t)heap ^
                  (uintptr_t)&numbers ^ (uintptr_t)&printf ^ (uintptr_t)environ;
  feed_value(sum);
  feed((void *)getauxval(AT_RANDOM), 16);
  feed_value(getauxval(AT_RANDOM));
  feed_value(getauxval(AT_HWCAP2));
  fact("page %lu, no vDSO needed: %s", getauxval(AT_PAGESZ),
       clock_nanos(CLOCK_REALTIME) > 0 ? "yes" : "no");
  free(heap);
}

/* Shuffles by random numbers: a replica that got others takes another path. */
static void shuffle(void) {
  unsigned char deck[200];
  for (int i = 0; i < 200; i++) {
    deck[i] = i;
  }
  unsigned sum = 0;
  for (int i = 199; i > 0; i--) {
    uint32_t number;
    check(getrandom(&number, sizeof number, 0) == sizeof number);
    int other = number % (i + 1);
    unsigned char swap = deck[i];
    deck[i] = deck[other];
    deck[other] = swap;
    if (deck[i] % 7 == 0) {
      check(getppid() >= 0);
    }
    if (i == 100) {
      step("half shuffled");
    }
  }
  for (int i = 0; i < 200; i++) {
    sum += deck[i];
  }
  feed(deck, sizeof deck);
  fact("sum after shuffling %u", sum);
}

static void body(void) {
  numbers();
  step("numbers");
  addresses();
  step("addresses");
  shuffle();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }

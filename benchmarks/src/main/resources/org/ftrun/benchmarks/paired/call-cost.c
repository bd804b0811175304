/*
 * What single calls cost: call-cost CALLS BATCHES prints "NAME NANOSECONDS" for each call, the median over the batches
 * of CALLS calls each, then "done", and waits for the end of its standard input.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 64, QUEUED = 100, MOST_BATCHES = 1000, WARM_UP_BATCHES = 7 };

static int ends[2], poller;
static char message[MESSAGE];

static void require(int holds, const char *what) {
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

/* Each returns the nanoseconds that CALLS calls took. */

static double time_getppid(int calls) {
    double begin = now();
    for (int i = 0; i < calls; i++)
        getppid();
    return now() - begin;
}

static double time_getuid(int calls) {
    double begin = now();
    for (int i = 0; i < calls; i++)
        getuid();
    return now() - begin;
}

static double time_clock_gettime(int calls) {
    struct timespec t;
    double begin = now();
    for (int i = 0; i < calls; i++)
        clock_gettime(CLOCK_MONOTONIC, &t);
    return now() - begin;
}

static double time_epoll_wait(int calls) {
    struct epoll_event event;
    double begin = now();
    for (int i = 0; i < calls; i++)
        require(epoll_wait(poller, &event, 1, -1) == 1, "epoll_wait");
    return now() - begin;
}

/* Writes and reads alternate in runs that the socket's buffer holds; only one of the two is timed. */
static double time_transfer(int calls, int timed_writes) {
    double total = 0;
    for (int done = 0; done < calls; done += QUEUED) {
        double begin = now();
        for (int i = 0; i < QUEUED; i++)
            require(write(ends[0], message, MESSAGE) == MESSAGE, "write");
        double middle = now();
        for (int i = 0; i < QUEUED; i++)
            require(read(ends[1], message, MESSAGE) == MESSAGE, "read");
        total += timed_writes ? middle - begin : now() - middle;
    }
    return total;
}

static double time_write(int calls) { return time_transfer(calls, 1); }

static double time_read(int calls) { return time_transfer(calls, 0); }

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, double (*time_calls)(int), int calls, int batches) {
    static double nanos[MOST_BATCHES];
    /* Call sites are dealt with when they are first used, and so is memory, once around a log. */
    for (int i = 0; i < WARM_UP_BATCHES; i++)
        time_calls(calls);
    for (int i = 0; i < batches; i++) {
        nanos[i] = time_calls(calls) / calls;
        usleep(10000); /* whoever follows may catch up */
    }
    qsort(nanos, batches, sizeof *nanos, compare);
    printf("%s %.2f\n", name, nanos[batches / 2]);
}

int main(int count, char **arguments) {
    int calls = count > 1 ? atoi(arguments[1]) : 10000, batches = count > 2 ? atoi(arguments[2]) : 11;
    struct epoll_event ready = {.events = EPOLLIN};
    char end;
    require(calls >= QUEUED && calls % QUEUED == 0 && batches >= 1 && batches <= MOST_BATCHES, "arguments");
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    require((poller = epoll_create1(0)) >= 0, "epoll_create1");
    require(epoll_ctl(poller, EPOLL_CTL_ADD, eventfd(1, 0), &ready) == 0, "epoll_ctl");
    measure("getppid", time_getppid, calls, batches);
    measure("getuid", time_getuid, calls, batches);
    measure("clock_gettime", time_clock_gettime, calls, batches);
    measure("write_64", time_write, calls, batches);
    measure("read_64", time_read, calls, batches);
    measure("epoll_wait", time_epoll_wait, calls, batches);
    puts("done");
    fflush(stdout);
    while (read(0, &end, 1) > 0)
        ;
    return 0;
}

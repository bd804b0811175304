package org.ftrun.tracer.abi;

/** What stands before a probe's main so that it knows the kernel's types and constants. */
public final class ProbeDeclarations {
  private static final String HEADERS =
      """
      #include <errno.h>
      #include <signal.h>
      #include <stdint.h>
      #include <time.h>
      #include <utime.h>
      #include <fcntl.h>
      #include <poll.h>
      #include <sched.h>
      #include <mqueue.h>
      #include <sys/epoll.h>
      #include <sys/ipc.h>
      #include <sys/msg.h>
      #include <sys/resource.h>
      #include <sys/sem.h>
      #include <sys/shm.h>
      #include <sys/signalfd.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <sys/statfs.h>
      #include <sys/sysinfo.h>
      #include <sys/time.h>
      #include <sys/times.h>
      #include <sys/timex.h>
      #include <sys/uio.h>
      #include <sys/un.h>
      #include <sys/utsname.h>
      #include <sys/wait.h>
      #include <netinet/in.h>
      #include <net/if.h>
      #include <linux/capability.h>
      #include <linux/futex.h>
      """;

  /** The kernel's own structures, where the C library's of the same name differ. */
  private static final String KERNEL_STRUCTURES =
      """
      struct kernel_sigaction { void *handler; unsigned long flags; void *restorer; uint64_t mask; };
      struct kernel_termios { unsigned c_iflag, c_oflag, c_cflag, c_lflag; unsigned char c_line, c_cc[19]; };
      struct kernel_ustat { int tfree; unsigned long tinode; char fname[6], fpack[6]; };
      struct kernel_cachestat { uint64_t a, b, c, d, e; };
      """;

  /** Headers, then structures. */
  public static final String ALL = HEADERS + KERNEL_STRUCTURES;

  private ProbeDeclarations() {}
}

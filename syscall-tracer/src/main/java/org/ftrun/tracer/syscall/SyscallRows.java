package org.ftrun.tracer.syscall;

import java.util.List;
import java.util.stream.Stream;

/**
 * The system call table of x86-64 Linux 6.18: one line a call, no logic. A line is
 *
 * <pre>number name CLASS argument... | trait... ; reason</pre>
 *
 * <p>CLASS is FORWARD, BOTH, RENDEZVOUS, END (END_PROTECTION), or an error's name: DENY with that
 * error. The reason is for END and DENY.
 *
 * <p>An argument is {@code name:type}. Passed by value are {@code short}, {@code int}, {@code long}
 * (16, 32, 64 bits), {@code fd}, {@code sig}, and {@code addr}, an address the kernel does not read
 * or write as data; ids are {@code pid}, {@code pgid}, {@code pidgroup}, {@code who} and {@code id}
 * ({@link IdKind}: PID, GROUP, PID_OR_GROUP, PRIORITY_WHO, ID_OF_TYPE); {@code clock} may be the
 * clock of one. {@code path} is a NUL-terminated string. {@code in}, {@code out} and {@code inout}
 * point to memory; what is written is written on success, or with {@code ?} only on interruption,
 * with {@code ~} on both, with {@code !} on any error as well. In brackets, the size:
 *
 * <ul>
 *   <li>{@code [16]} bytes; {@code [@n]} bytes as argument n says; {@code [*8@n]} n items of 8
 *       bytes
 *   <li>{@code [bits@n]} n bits in whole 64-bit words; {@code [pages@n]} a byte a page of n bytes
 *   <li>{@code [result*8@n]} as many items as the result says, at most n
 *   <li>{@code [socklen@n]} by the length that argument n points to
 *   <li>{@code [iov@n]} the buffers of n iovecs; {@code [msg]} a msghdr; {@code [mmsg@n]} n of them
 *   <li>{@code [handler]} as the handler named by the trait {@code by} says
 * </ul>
 *
 * <p>Traits: {@code blocks} may wait; {@code consumes} takes its data from the kernel; {@code
 * transfers} may write less than asked; {@code makesfd} makes a descriptor; {@code role=} the
 * {@link SyscallRole}; {@code by=} the {@link Irregular} handler; {@code ms=}, {@code timespec=},
 * {@code timeval=} the time-out argument; {@code mask=}, {@code maskpair=} the temporary signal
 * mask. {@code gives=kind}: the result is an id; {@code names=kind:i+offset}, {@code
 * shows=kind:i+offset}: one stands where argument i (from 0) points, and the kernel reads or writes
 * it ({@link IdKind}).
 *
 * <p>Sources: the kernel's syscall_64.tbl and the definitions behind it, section 2 of the manual.
 */
final class SyscallRows {
  private SyscallRows() {}

  /** The lines in the order of their numbers. */
  static List<String> lines() {
    return Stream.of(FROM_0, FROM_100, FROM_200, FROM_424).flatMap(String::lines).toList();
  }

  private static final String FROM_0 =
      """
      0 read FORWARD fd:fd buf:out[result@count] count:long | blocks consumes shows=signalfd:1
      1 write FORWARD fd:fd buf:in[@count] count:long | blocks transfers
      2 open FORWARD path:path flags:int mode:short | blocks makesfd
      3 close FORWARD fd:fd
      4 stat FORWARD path:path statbuf:out[144]
      5 fstat FORWARD fd:fd statbuf:out[144]
      6 lstat FORWARD path:path statbuf:out[144]
      7 poll FORWARD fds:inout~[*8@nfds] nfds:int timeout:int | blocks ms=timeout
      8 lseek FORWARD fd:fd offset:long whence:int
      9 mmap BOTH addr:addr length:long prot:long flags:long fd:fd offset:long | role=MMAP by=MMAP
      10 mprotect BOTH addr:addr length:long prot:long | role=MPROTECT
      11 munmap BOTH addr:addr length:long | role=MUNMAP
      12 brk BOTH brk:addr | role=BRK
      13 rt_sigaction BOTH sig:sig act:in[32] oldact:out[32] sigsetsize:long | role=SIGNAL_ACTION
      14 rt_sigprocmask BOTH how:int set:in[@sigsetsize] oldset:out[@sigsetsize] sigsetsize:long | role=SIGNAL_MASK
      15 rt_sigreturn BOTH | role=SIGNAL_RETURN
      16 ioctl FORWARD fd:fd request:int arg:inout[handler] | by=IOCTL
      17 pread64 FORWARD fd:fd buf:out[result@count] count:long offset:long
      18 pwrite64 FORWARD fd:fd buf:in[@count] count:long offset:long | transfers
      19 readv FORWARD fd:fd iov:out[iov@iovcnt] iovcnt:long | blocks consumes
      20 writev FORWARD fd:fd iov:in[iov@iovcnt] iovcnt:long | blocks transfers
      21 access FORWARD path:path mode:int
      22 pipe FORWARD pipefd:out[8] | makesfd
      23 select FORWARD nfds:int readfds:inout[bits@nfds] writefds:inout[bits@nfds] exceptfds:inout[bits@nfds] timeout:inout![16] | blocks timeval=timeout
      24 sched_yield FORWARD
      25 mremap BOTH old_address:addr old_size:long new_size:long flags:long new_address:addr | role=MREMAP
      26 msync FORWARD addr:addr length:long flags:int
      27 mincore FORWARD addr:addr length:long vec:out[pages@length]
      28 madvise BOTH addr:addr length:long advice:int | by=MADVISE
      29 shmget FORWARD key:int size:long shmflg:int
      30 shmat RENDEZVOUS shmid:int shmaddr:addr shmflg:int | role=SEGMENT_ATTACH
      31 shmctl FORWARD shmid:int cmd:int buf:inout[handler] | by=SHMCTL
      32 dup FORWARD oldfd:fd | makesfd
      33 dup2 FORWARD oldfd:fd newfd:fd | makesfd
      34 pause FORWARD | blocks role=SIGNAL_WAIT
      35 nanosleep FORWARD req:in[16] rem:out?[16] | blocks timespec=req
      36 getitimer FORWARD which:int curr_value:out[32]
      37 alarm FORWARD seconds:int | role=ALARM
      38 setitimer FORWARD which:int new_value:in[32] old_value:out[32] | role=ALARM
      39 getpid FORWARD | gives=process
      40 sendfile FORWARD out_fd:fd in_fd:fd offset:inout[8] count:long | blocks transfers
      41 socket FORWARD domain:int type:int protocol:int | makesfd
      42 connect FORWARD fd:fd addr:in[@addrlen] addrlen:int | blocks
      43 accept FORWARD fd:fd addr:out[socklen@addrlen] addrlen:inout[4] | blocks consumes makesfd
      44 sendto FORWARD fd:fd buf:in[@len] len:long flags:int addr:in[@addrlen] addrlen:int | blocks transfers
      45 recvfrom FORWARD fd:fd buf:out[result@len] len:long flags:int addr:out[socklen@addrlen] addrlen:inout[4] | blocks consumes
      46 sendmsg FORWARD fd:fd msg:in[msg] flags:int | blocks transfers names=credentials:1
      47 recvmsg FORWARD fd:fd msg:inout[msg] flags:int | blocks consumes by=RECVMSG shows=credentials:1
      48 shutdown FORWARD fd:fd how:int
      49 bind FORWARD fd:fd addr:in[@addrlen] addrlen:int
      50 listen FORWARD fd:fd backlog:int
      51 getsockname FORWARD fd:fd addr:out[socklen@addrlen] addrlen:inout![4]
      52 getpeername FORWARD fd:fd addr:out[socklen@addrlen] addrlen:inout![4]
      53 socketpair FORWARD domain:int type:int protocol:int sv:out![8] | makesfd
      54 setsockopt FORWARD fd:fd level:int optname:int optval:in[@optlen] optlen:int
      55 getsockopt FORWARD fd:fd level:int optname:int optval:inout[socklen@optlen] optlen:inout![4] | by=GETSOCKOPT shows=peer:3
      56 clone FORWARD flags:long stack:addr parent_tid:addr child_tid:addr tls:addr | blocks role=BIRTH by=CLONE gives=pid
      57 fork FORWARD | role=BIRTH gives=pid
      58 vfork FORWARD | blocks role=BIRTH gives=pid
      59 execve RENDEZVOUS path:path argv:in envp:in | role=EXEC
      60 exit FORWARD status:int | role=EXIT_THREAD
      61 wait4 FORWARD pid:pidgroup wstatus:out[4] options:int rusage:out[144] | blocks consumes role=CHILD_WAIT gives=pid
      62 kill FORWARD pid:pidgroup sig:sig | role=SIGNAL_SEND
      63 uname FORWARD buf:out[390]
      64 semget FORWARD key:int nsems:int semflg:int
      65 semop FORWARD semid:int sops:in[*6@nsops] nsops:int | blocks
      66 semctl FORWARD semid:int semnum:int cmd:int arg:inout[handler] | by=SEMCTL
      67 shmdt BOTH shmaddr:addr | role=SEGMENT_DETACH
      68 msgget FORWARD key:int msgflg:int
      69 msgsnd FORWARD msqid:int msgp:in msgsz:long msgflg:int | blocks
      70 msgrcv FORWARD msqid:int msgp:out[handler] msgsz:long msgtyp:long msgflg:int | blocks consumes by=MSGRCV
      71 msgctl FORWARD msqid:int cmd:int buf:inout[handler] | by=MSGCTL
      72 fcntl FORWARD fd:fd cmd:int arg:inout[handler] | by=FCNTL
      73 flock FORWARD fd:fd operation:int | blocks
      74 fsync FORWARD fd:fd
      75 fdatasync FORWARD fd:fd
      76 truncate FORWARD path:path length:long
      77 ftruncate FORWARD fd:fd length:long
      78 getdents FORWARD fd:fd dirp:out[result@count] count:int | consumes
      79 getcwd FORWARD buf:out[result@size] size:long
      80 chdir FORWARD path:path
      81 fchdir FORWARD fd:fd
      82 rename FORWARD oldpath:path newpath:path
      83 mkdir FORWARD path:path mode:short
      84 rmdir FORWARD path:path
      85 creat FORWARD path:path mode:short | blocks makesfd
      86 link FORWARD oldpath:path newpath:path
      87 unlink FORWARD path:path
      88 symlink FORWARD target:path linkpath:path
      89 readlink FORWARD path:path buf:out[result@bufsiz] bufsiz:int
      90 chmod FORWARD path:path mode:short
      91 fchmod FORWARD fd:fd mode:short
      92 chown FORWARD path:path owner:int group:int
      93 fchown FORWARD fd:fd owner:int group:int
      94 lchown FORWARD path:path owner:int group:int
      95 umask FORWARD mask:int
      96 gettimeofday FORWARD tv:out[16] tz:out[8] | role=CLOCK
      97 getrlimit FORWARD resource:int rlim:out[16]
      98 getrusage FORWARD who:int usage:out[144]
      99 sysinfo FORWARD info:out[112]
      """;

  private static final String FROM_100 =
      """
      100 times FORWARD buf:out[32]
      101 ptrace END request:long pid:pid addr:long data:long ; the service traces processes with ptrace
      102 getuid FORWARD
      103 syslog FORWARD type:int buf:out[result@len] len:int | blocks
      104 getgid FORWARD
      105 setuid BOTH uid:int
      106 setgid BOTH gid:int
      107 geteuid FORWARD
      108 getegid FORWARD
      109 setpgid BOTH pid:pid pgid:pgid | role=GROUP by=ABOUT_PROCESS
      110 getppid FORWARD | gives=parent
      111 getpgrp FORWARD | gives=group
      112 setsid BOTH | role=GROUP gives=session
      113 setreuid BOTH ruid:int euid:int
      114 setregid BOTH rgid:int egid:int
      115 getgroups FORWARD size:int list:out[result*4@size]
      116 setgroups BOTH size:int list:in[*4@size]
      117 setresuid BOTH ruid:int euid:int suid:int
      118 getresuid FORWARD ruid:out[4] euid:out[4] suid:out[4]
      119 setresgid BOTH rgid:int egid:int sgid:int
      120 getresgid FORWARD rgid:out[4] egid:out[4] sgid:out[4]
      121 getpgid FORWARD pid:pid | gives=group
      122 setfsuid BOTH uid:int
      123 setfsgid BOTH gid:int
      124 getsid FORWARD pid:pid | gives=session
      125 capget FORWARD header:inout![8] data:out[handler] | by=CAPABILITIES names=pid:0+4
      126 capset BOTH header:inout![8] data:in[24] | names=pid:0+4
      127 rt_sigpending FORWARD set:out[@sigsetsize] sigsetsize:long
      128 rt_sigtimedwait FORWARD set:in[@sigsetsize] info:out[128] timeout:in[16] sigsetsize:long | blocks consumes role=SIGNAL_WAIT timespec=timeout shows=signal:1
      129 rt_sigqueueinfo FORWARD pid:pid sig:sig info:in[128] | role=SIGNAL_SEND
      130 rt_sigsuspend FORWARD mask:in[@sigsetsize] sigsetsize:long | blocks role=SIGNAL_WAIT mask=mask
      131 sigaltstack BOTH ss:in[24] old_ss:out[24] | role=SIGNAL_STACK
      132 utime FORWARD path:path times:in[16]
      133 mknod FORWARD path:path mode:short dev:int
      134 uselib ENOSYS library:path ; Linux for x86-64 does not implement it
      135 personality BOTH persona:int
      136 ustat FORWARD dev:int ubuf:out[32]
      137 statfs FORWARD path:path buf:out[120]
      138 fstatfs FORWARD fd:fd buf:out[120]
      139 sysfs END option:int arg1:long arg2:long ; the service uses the obsolete sysfs call, whose outputs ftrun does not know
      140 getpriority FORWARD which:int who:who
      141 setpriority BOTH which:int who:who prio:int | by=ABOUT_PROCESS
      142 sched_setparam BOTH pid:pid param:in[4] | by=ABOUT_PROCESS
      143 sched_getparam FORWARD pid:pid param:out[4]
      144 sched_setscheduler BOTH pid:pid policy:int param:in[4] | by=ABOUT_PROCESS
      145 sched_getscheduler FORWARD pid:pid
      146 sched_get_priority_max FORWARD policy:int
      147 sched_get_priority_min FORWARD policy:int
      148 sched_rr_get_interval FORWARD pid:pid tp:out[16]
      149 mlock BOTH addr:addr len:long
      150 munlock BOTH addr:addr len:long
      151 mlockall BOTH flags:int
      152 munlockall BOTH
      153 vhangup FORWARD
      154 modify_ldt END func:int ptr:inout bytecount:long ; the service changes its local descriptor table
      155 pivot_root END new_root:path put_old:path ; the service changes the root of its mount namespace
      156 _sysctl ENOSYS args:in ; Linux no longer implements it
      157 prctl FORWARD option:int arg2:inout[handler] arg3:long arg4:long arg5:long | by=PRCTL
      158 arch_prctl BOTH code:int addr:inout[handler] | by=ARCH_PRCTL
      159 adjtimex FORWARD buf:inout[208]
      160 setrlimit BOTH resource:int rlim:in[16]
      161 chroot FORWARD path:path
      162 sync FORWARD
      163 acct FORWARD path:path
      164 settimeofday FORWARD tv:in[16] tz:in[8]
      165 mount FORWARD source:path target:path filesystemtype:path mountflags:long data:in
      166 umount2 FORWARD target:path flags:int
      167 swapon FORWARD path:path swapflags:int
      168 swapoff FORWARD path:path
      169 reboot END magic1:int magic2:int cmd:int arg:in ; the service reboots the machine
      170 sethostname FORWARD name:in[@len] len:int
      171 setdomainname FORWARD name:in[@len] len:int
      172 iopl END level:int ; the service reads and writes hardware ports
      173 ioperm END from:long num:long turn_on:int ; the service reads and writes hardware ports
      174 create_module ENOSYS ; Linux no longer implements it
      175 init_module FORWARD module_image:in[@len] len:long param_values:path
      176 delete_module FORWARD name:path flags:int
      177 get_kernel_syms ENOSYS ; Linux no longer implements it
      178 query_module ENOSYS ; Linux no longer implements it
      179 quotactl END cmd:int special:path id:int addr:inout ; the service manages disk quotas, which ftrun does not know
      180 nfsservctl ENOSYS ; Linux no longer implements it
      181 getpmsg ENOSYS ; Linux does not implement it
      182 putpmsg ENOSYS ; Linux does not implement it
      183 afs_syscall ENOSYS ; Linux does not implement it
      184 tuxcall ENOSYS ; Linux does not implement it
      185 security ENOSYS ; Linux does not implement it
      186 gettid FORWARD | gives=thread
      187 readahead FORWARD fd:fd offset:long count:long
      188 setxattr FORWARD path:path name:path value:in[@size] size:long flags:int
      189 lsetxattr FORWARD path:path name:path value:in[@size] size:long flags:int
      190 fsetxattr FORWARD fd:fd name:path value:in[@size] size:long flags:int
      191 getxattr FORWARD path:path name:path value:out[result@size] size:long
      192 lgetxattr FORWARD path:path name:path value:out[result@size] size:long
      193 fgetxattr FORWARD fd:fd name:path value:out[result@size] size:long
      194 listxattr FORWARD path:path list:out[result@size] size:long
      195 llistxattr FORWARD path:path list:out[result@size] size:long
      196 flistxattr FORWARD fd:fd list:out[result@size] size:long
      197 removexattr FORWARD path:path name:path
      198 lremovexattr FORWARD path:path name:path
      199 fremovexattr FORWARD fd:fd name:path
      """;

  private static final String FROM_200 =
      """
      200 tkill FORWARD tid:pid sig:sig | role=SIGNAL_SEND
      201 time FORWARD tloc:out[8] | role=CLOCK
      202 futex FORWARD uaddr:inout[handler] op:int val:int timeout:in uaddr2:inout[handler] val3:int | by=FUTEX
      203 sched_setaffinity FORWARD pid:pid cpusetsize:int mask:in[@cpusetsize] | role=AFFINITY
      204 sched_getaffinity FORWARD pid:pid cpusetsize:int mask:out[result@cpusetsize] | role=AFFINITY
      205 set_thread_area ENOSYS u_info:in ; Linux for x86-64 does not implement it
      206 io_setup ENOSYS nr_events:int ctx_idp:inout[8] ; the kernel would write results of asynchronous input and output to memory at any time
      207 io_destroy ENOSYS ctx_id:long ; asynchronous input and output (io_setup) is not offered
      208 io_getevents ENOSYS ctx_id:long min_nr:long nr:long events:out[result*32@nr] timeout:in[16] ; asynchronous input and output (io_setup) is not offered
      209 io_submit ENOSYS ctx_id:long nr:long iocbpp:in[*8@nr] ; asynchronous input and output (io_setup) is not offered
      210 io_cancel ENOSYS ctx_id:long iocb:in[64] result:out[32] ; asynchronous input and output (io_setup) is not offered
      211 get_thread_area ENOSYS u_info:in ; Linux for x86-64 does not implement it
      212 lookup_dcookie ENOSYS cookie:long buffer:out[result@len] len:long ; Linux no longer implements it
      213 epoll_create FORWARD size:int | makesfd
      214 epoll_ctl_old ENOSYS ; Linux does not implement it
      215 epoll_wait_old ENOSYS ; Linux does not implement it
      216 remap_file_pages END addr:addr size:long prot:long pgoff:long flags:long ; the service rearranges the pages of a file mapping
      217 getdents64 FORWARD fd:fd dirp:out[result@count] count:int | consumes
      218 set_tid_address BOTH tidptr:addr | role=TID_ADDRESS gives=thread
      219 restart_syscall FORWARD | blocks role=RESTART
      220 semtimedop FORWARD semid:int sops:in[*6@nsops] nsops:int timeout:in[16] | blocks timespec=timeout
      221 fadvise64 FORWARD fd:fd offset:long len:long advice:int
      222 timer_create FORWARD clockid:clock sevp:in[64] timerid:out[4] | role=ALARM names=pid:1+16
      223 timer_settime FORWARD timerid:int flags:int new_value:in[32] old_value:out[32] | role=ALARM
      224 timer_gettime FORWARD timerid:int curr_value:out[32] | role=ALARM
      225 timer_getoverrun FORWARD timerid:int | role=ALARM
      226 timer_delete FORWARD timerid:int | role=ALARM
      227 clock_settime FORWARD clockid:clock tp:in[16]
      228 clock_gettime FORWARD clockid:clock tp:out[16] | role=CLOCK
      229 clock_getres FORWARD clockid:clock res:out[16]
      230 clock_nanosleep FORWARD clockid:clock flags:int request:in[16] remain:out?[16] | blocks timespec=request
      231 exit_group FORWARD status:int | role=EXIT_PROCESS
      232 epoll_wait FORWARD epfd:fd events:out[result*12@maxevents] maxevents:int timeout:int | blocks ms=timeout
      233 epoll_ctl FORWARD epfd:fd op:int fd:fd event:in[12]
      234 tgkill FORWARD tgid:pid tid:pid sig:sig | role=SIGNAL_SEND
      235 utimes FORWARD path:path times:in[32]
      236 vserver ENOSYS ; Linux does not implement it
      237 mbind BOTH addr:addr len:long mode:long nodemask:in[bits@maxnode] maxnode:long flags:int
      238 set_mempolicy BOTH mode:int nodemask:in[bits@maxnode] maxnode:long
      239 get_mempolicy FORWARD mode:out[4] nodemask:out[bits@maxnode] maxnode:long addr:addr flags:long
      240 mq_open FORWARD name:path oflag:int mode:short attr:in[64] | makesfd
      241 mq_unlink FORWARD name:path
      242 mq_timedsend FORWARD mqdes:fd msg:in[@len] len:long prio:int abs_timeout:in[16] | blocks
      243 mq_timedreceive FORWARD mqdes:fd msg:out[result@len] len:long prio:out[4] abs_timeout:in[16] | blocks consumes
      244 mq_notify END mqdes:fd sevp:in[64] ; the service asks to be notified of messages in a POSIX message queue, which is not replicated yet
      245 mq_getsetattr FORWARD mqdes:fd newattr:in[64] oldattr:out[64]
      246 kexec_load END entry:long nr_segments:long segments:in flags:long ; the service loads another kernel
      247 waitid FORWARD idtype:int id:id infop:out![28] options:int rusage:out[144] | blocks consumes role=CHILD_WAIT shows=signal:2
      248 add_key FORWARD type:path description:path payload:in[@plen] plen:long keyring:int
      249 request_key FORWARD type:path description:path callout_info:path dest_keyring:int | blocks
      250 keyctl FORWARD operation:int arg2:long arg3:inout[handler] arg4:long arg5:long | by=KEYCTL
      251 ioprio_set BOTH which:int who:id ioprio:int | by=ABOUT_PROCESS
      252 ioprio_get FORWARD which:int who:id
      253 inotify_init FORWARD | makesfd
      254 inotify_add_watch FORWARD fd:fd path:path mask:int
      255 inotify_rm_watch FORWARD fd:fd wd:int
      256 migrate_pages FORWARD pid:pid maxnode:long old_nodes:in[bits@maxnode] new_nodes:in[bits@maxnode]
      257 openat FORWARD dirfd:fd path:path flags:int mode:short | blocks makesfd
      258 mkdirat FORWARD dirfd:fd path:path mode:short
      259 mknodat FORWARD dirfd:fd path:path mode:short dev:int
      260 fchownat FORWARD dirfd:fd path:path owner:int group:int flags:int
      261 futimesat FORWARD dirfd:fd path:path times:in[32]
      262 newfstatat FORWARD dirfd:fd path:path statbuf:out[144] flags:int
      263 unlinkat FORWARD dirfd:fd path:path flags:int
      264 renameat FORWARD olddirfd:fd oldpath:path newdirfd:fd newpath:path
      265 linkat FORWARD olddirfd:fd oldpath:path newdirfd:fd newpath:path flags:int
      266 symlinkat FORWARD target:path newdirfd:fd linkpath:path
      267 readlinkat FORWARD dirfd:fd path:path buf:out[result@bufsiz] bufsiz:int
      268 fchmodat FORWARD dirfd:fd path:path mode:short
      269 faccessat FORWARD dirfd:fd path:path mode:int
      270 pselect6 FORWARD nfds:int readfds:inout[bits@nfds] writefds:inout[bits@nfds] exceptfds:inout[bits@nfds] timeout:inout![16] sigmask:in[16] | blocks timespec=timeout maskpair=sigmask
      271 ppoll FORWARD fds:inout~[*8@nfds] nfds:int timeout:inout![16] sigmask:in[@sigsetsize] sigsetsize:long | blocks timespec=timeout mask=sigmask
      272 unshare END flags:long ; the service leaves a namespace or stops sharing its descriptor table
      273 set_robust_list BOTH head:addr len:long | role=ROBUST_LIST
      274 get_robust_list FORWARD pid:pid head_ptr:out[8] len_ptr:out[8]
      275 splice FORWARD fd_in:fd off_in:inout[8] fd_out:fd off_out:inout[8] len:long flags:int | blocks transfers
      276 tee FORWARD fd_in:fd fd_out:fd len:long flags:int | blocks transfers
      277 sync_file_range FORWARD fd:fd offset:long nbytes:long flags:int
      278 vmsplice END fd:fd iov:inout nr_segs:long flags:int ; the service lends its memory pages to a pipe (vmsplice)
      279 move_pages FORWARD pid:pid count:long pages:in[*8@count] nodes:in[*4@count] status:out[*4@count] flags:int
      280 utimensat FORWARD dirfd:fd path:path times:in[32] flags:int
      281 epoll_pwait FORWARD epfd:fd events:out[result*12@maxevents] maxevents:int timeout:int sigmask:in[@sigsetsize] sigsetsize:long | blocks ms=timeout mask=sigmask
      282 signalfd FORWARD fd:fd mask:in[@sizemask] sizemask:long | makesfd
      283 timerfd_create FORWARD clockid:int flags:int | makesfd
      284 eventfd FORWARD initval:int | makesfd
      285 fallocate FORWARD fd:fd mode:int offset:long len:long
      286 timerfd_settime FORWARD fd:fd flags:int new_value:in[32] old_value:out[32]
      287 timerfd_gettime FORWARD fd:fd curr_value:out[32]
      288 accept4 FORWARD fd:fd addr:out[socklen@addrlen] addrlen:inout[4] flags:int | blocks consumes makesfd
      289 signalfd4 FORWARD fd:fd mask:in[@sizemask] sizemask:long flags:int | makesfd
      290 eventfd2 FORWARD initval:int flags:int | makesfd
      291 epoll_create1 FORWARD flags:int | makesfd
      292 dup3 FORWARD oldfd:fd newfd:fd flags:int | makesfd
      293 pipe2 FORWARD pipefd:out[8] flags:int | makesfd
      294 inotify_init1 FORWARD flags:int | makesfd
      295 preadv FORWARD fd:fd iov:out[iov@iovcnt] iovcnt:long pos_l:long pos_h:long
      296 pwritev FORWARD fd:fd iov:in[iov@iovcnt] iovcnt:long pos_l:long pos_h:long | transfers
      297 rt_tgsigqueueinfo FORWARD tgid:pid tid:pid sig:sig info:in[128] | role=SIGNAL_SEND
      298 perf_event_open ENOSYS attr:in pid:pid cpu:int group_fd:fd flags:long ; hardware counters differ between primary and replica
      299 recvmmsg FORWARD fd:fd msgvec:inout[mmsg@vlen] vlen:int flags:int timeout:inout[16] | blocks consumes by=RECVMMSG timespec=timeout shows=credentials:1
      300 fanotify_init FORWARD flags:int event_f_flags:int | makesfd
      301 fanotify_mark FORWARD fanotify_fd:fd flags:int mask:long dirfd:fd path:path
      302 prlimit64 BOTH pid:pid resource:int new_limit:in[16] old_limit:out[16] | by=PRLIMIT
      303 name_to_handle_at FORWARD dirfd:fd path:path handle:inout![handler] mount_id:out![handler] flags:int | by=FILE_HANDLE
      304 open_by_handle_at FORWARD mount_fd:fd handle:in flags:int | blocks makesfd
      305 clock_adjtime FORWARD clockid:clock buf:inout[208]
      306 syncfs FORWARD fd:fd
      307 sendmmsg FORWARD fd:fd msgvec:inout[mmsg@vlen] vlen:int flags:int | blocks by=SENDMMSG
      308 setns END fd:fd nstype:int ; the service enters another namespace
      309 getcpu FORWARD cpu:out[4] node:out[4] cache:addr
      310 process_vm_readv FORWARD pid:pid local_iov:out[iov@liovcnt] liovcnt:long remote_iov:in[*16@riovcnt] riovcnt:long flags:long
      311 process_vm_writev END pid:pid local_iov:in[iov@liovcnt] liovcnt:long remote_iov:in[*16@riovcnt] riovcnt:long flags:long ; the service writes to the memory of a process named by pid
      312 kcmp FORWARD pid1:pid pid2:pid type:int idx1:long idx2:long
      313 finit_module FORWARD fd:fd param_values:path flags:int
      314 sched_setattr BOTH pid:pid attr:in[48] flags:int | by=ABOUT_PROCESS
      315 sched_getattr FORWARD pid:pid attr:out[@size] size:int flags:int
      316 renameat2 FORWARD olddirfd:fd oldpath:path newdirfd:fd newpath:path flags:int
      317 seccomp END operation:int flags:int args:inout ; the service installs a seccomp filter, which would also apply to ftrun's own calls
      318 getrandom FORWARD buf:out[result@count] count:long flags:int
      319 memfd_create FORWARD name:path flags:int | makesfd
      320 kexec_file_load END kernel_fd:fd initrd_fd:fd cmdline_len:long cmdline:path flags:long ; the service loads another kernel
      321 bpf END cmd:int attr:inout[@size] size:int ; the service uses BPF, whose outputs ftrun does not know
      322 execveat RENDEZVOUS dirfd:fd path:path argv:in envp:in flags:int | role=EXEC
      323 userfaultfd ENOSYS flags:int ; page faults handled by the service itself cannot be ordered between primary and replica
      324 membarrier BOTH cmd:int flags:int cpu_id:int
      325 mlock2 BOTH addr:addr len:long flags:int
      326 copy_file_range FORWARD fd_in:fd off_in:inout[8] fd_out:fd off_out:inout[8] len:long flags:int | transfers
      327 preadv2 FORWARD fd:fd iov:out[iov@iovcnt] iovcnt:long pos_l:long pos_h:long flags:int | blocks consumes
      328 pwritev2 FORWARD fd:fd iov:in[iov@iovcnt] iovcnt:long pos_l:long pos_h:long flags:int | blocks transfers
      329 pkey_mprotect BOTH addr:addr len:long prot:long pkey:int | role=MPROTECT
      330 pkey_alloc BOTH flags:long access_rights:long
      331 pkey_free BOTH pkey:int
      332 statx FORWARD dirfd:fd path:path flags:int mask:int statxbuf:out[256]
      333 io_pgetevents ENOSYS ctx_id:long min_nr:long nr:long events:out[result*32@nr] timeout:in[16] sig:in[16] ; asynchronous input and output (io_setup) is not offered
      334 rseq ENOSYS rseq:inout rseq_len:int flags:int sig:int ; the kernel would write core numbers to memory at any time
      335 uretprobe END ; a uretprobe is set in the service's code
      336 uprobe END ; a uprobe is set in the service's code
      """;

  private static final String FROM_424 =
      """
      424 pidfd_send_signal FORWARD pidfd:fd sig:sig info:in[128] flags:int | role=SIGNAL_SEND
      425 io_uring_setup ENOSYS entries:int params:inout[120] ; the kernel would write results to shared memory at any time
      426 io_uring_enter ENOSYS fd:fd to_submit:int min_complete:int flags:int arg:in argsz:long ; io_uring is not offered
      427 io_uring_register ENOSYS fd:fd opcode:int arg:inout nr_args:int ; io_uring is not offered
      428 open_tree FORWARD dirfd:fd path:path flags:int | makesfd
      429 move_mount FORWARD from_dirfd:fd from_path:path to_dirfd:fd to_path:path flags:int
      430 fsopen FORWARD fsname:path flags:int | makesfd
      431 fsconfig FORWARD fd:fd cmd:int key:path value:in aux:int
      432 fsmount FORWARD fs_fd:fd flags:int attr_flags:int | makesfd
      433 fspick FORWARD dirfd:fd path:path flags:int | makesfd
      434 pidfd_open FORWARD pid:pid flags:int | makesfd
      435 clone3 ENOSYS cl_args:in[@size] size:long ; libraries fall back to clone, whose arguments ftrun can follow
      436 close_range FORWARD first:fd last:fd flags:int | by=CLOSE_RANGE
      437 openat2 FORWARD dirfd:fd path:path how:in[@size] size:long | blocks makesfd
      438 pidfd_getfd FORWARD pidfd:fd targetfd:int flags:int | makesfd
      439 faccessat2 FORWARD dirfd:fd path:path mode:int flags:int
      440 process_madvise END pidfd:fd iov:in[*16@vlen] vlen:long advice:int flags:int ; the service gives advice about the memory of a process named by descriptor
      441 epoll_pwait2 FORWARD epfd:fd events:out[result*12@maxevents] maxevents:int timeout:in[16] sigmask:in[@sigsetsize] sigsetsize:long | blocks timespec=timeout mask=sigmask
      442 mount_setattr FORWARD dirfd:fd path:path flags:int attr:in[@size] size:long
      443 quotactl_fd END fd:fd cmd:int id:int addr:inout ; the service manages disk quotas, which ftrun does not know
      444 landlock_create_ruleset FORWARD attr:in[@size] size:long flags:int | makesfd
      445 landlock_add_rule FORWARD ruleset_fd:fd rule_type:int rule_attr:in flags:int
      446 landlock_restrict_self END ruleset_fd:fd flags:int ; the service confines itself with Landlock, which is not replicated yet
      447 memfd_secret ENOSYS flags:int ; secret memory cannot be read by the tracer
      448 process_mrelease FORWARD pidfd:fd flags:int
      449 futex_waitv ENOSYS waiters:in[*24@nr_futexes] nr_futexes:int flags:int timeout:in[16] clockid:int ; waits for several futexes cannot be continued after a takeover, libraries fall back to futex
      450 set_mempolicy_home_node BOTH start:addr len:long home_node:long flags:long
      451 cachestat FORWARD fd:fd range:in[16] cstat:out[40] flags:int
      452 fchmodat2 FORWARD dirfd:fd path:path mode:short flags:int
      453 map_shadow_stack EOPNOTSUPP addr:addr size:long flags:int ; shadow stacks are not offered, programs run without
      454 futex_wake ENOSYS uaddr:addr mask:long nr:int flags:int ; libraries fall back to futex
      455 futex_wait ENOSYS uaddr:addr val:long mask:long flags:int timeout:in[16] clockid:int ; libraries fall back to futex
      456 futex_requeue ENOSYS waiters:in[48] flags:int nr_wake:int nr_requeue:int ; libraries fall back to futex
      457 statmount FORWARD req:in[24] buf:out[handler] bufsize:long flags:int | by=STATMOUNT
      458 listmount FORWARD req:in[24] mnt_ids:out[result*8@nr_mnt_ids] nr_mnt_ids:long flags:int
      459 lsm_get_self_attr FORWARD attr:int ctx:out[socklen@size] size:inout![4] flags:int
      460 lsm_set_self_attr BOTH attr:int ctx:in[@size] size:int flags:int
      461 lsm_list_modules FORWARD ids:out[socklen@size] size:inout![4] flags:int
      462 mseal BOTH addr:addr len:long flags:long
      463 setxattrat FORWARD dirfd:fd path:path at_flags:int name:path args:in[@size] size:long
      464 getxattrat FORWARD dirfd:fd path:path at_flags:int name:path args:inout[handler] size:long | by=XATTR_ARGS
      465 listxattrat FORWARD dirfd:fd path:path at_flags:int list:out[result@size] size:long
      466 removexattrat FORWARD dirfd:fd path:path at_flags:int name:path
      467 open_tree_attr FORWARD dirfd:fd path:path flags:int attr:in[@size] size:long | makesfd
      468 file_getattr FORWARD dirfd:fd path:path attr:out[@size] size:long at_flags:int
      469 file_setattr FORWARD dirfd:fd path:path attr:in[@size] size:long at_flags:int
      """;
}

package org.ftrun.tracer.syscall;

import java.util.HashMap;
import java.util.Map;

/**
 * What C says of each argument whose size the table gives as a number: a type, or where the kernel
 * writes less than that, the expression in bytes after a {@code =}. A line is
 *
 * <pre>type : call.argument... TABLE.COMMAND...</pre>
 *
 * of a counted argument the type of one item.
 */
final class PointedTypes {
  private static final String TYPES =
      """
      char[16] : PRCTL.PR_GET_NAME
      char[FSLABEL_MAX] : IOCTL.FS_IOC_GETFSLABEL
      clock_t[4] : times.buf
      gid_t : getgroups.list setgroups.list getresgid.rgid getresgid.egid getresgid.sgid
      int : wait4.wstatus get_mempolicy.mode timer_create.timerid move_pages.nodes move_pages.status
      int : IOCTL.FIBMAP IOCTL.FIGETBSZ IOCTL.BLKROGET IOCTL.BLKSSZGET IOCTL.BLKIOMIN IOCTL.BLKIOOPT
      int : IOCTL.BLKALIGNOFF IOCTL.BLKPBSZGET IOCTL.BLKDISCARDZEROES IOCTL.TIOCOUTQ IOCTL.TIOCMGET
      int : IOCTL.TIOCGSOFTCAR IOCTL.FIONREAD IOCTL.TIOCGETD IOCTL.SIOCATMARK IOCTL.SIOCOUTQNSD
      int : IOCTL.BLKBSZGET IOCTL.FS_IOC_GETFLAGS IOCTL.FS_IOC_GETVERSION
      int : PRCTL.PR_GET_PDEATHSIG PRCTL.PR_GET_TSC PRCTL.PR_GET_CHILD_SUBREAPER
      int[2] : pipe.pipefd pipe2.pipefd socketpair.sv
      long : IOCTL.BLKRAGET
      off_t : sendfile.offset splice.off_in splice.off_out copy_file_range.off_in
      off_t : copy_file_range.off_out IOCTL.FIOQSIZE
      pid_t : IOCTL.TIOCGPGRP IOCTL.TIOCGSID IOCTL.FIOGETOWN IOCTL.SIOCGPGRP
      size_t : get_robust_list.len_ptr
      socklen_t : accept.addrlen accept4.addrlen recvfrom.addrlen getsockname.addrlen
      socklen_t : getpeername.addrlen getsockopt.optlen
      siginfo_t : rt_sigtimedwait.info rt_sigqueueinfo.info rt_tgsigqueueinfo.info
      siginfo_t : pidfd_send_signal.info
      stack_t : sigaltstack.ss sigaltstack.old_ss
      time_t : time.tloc
      uid_t : getresuid.ruid getresuid.euid getresuid.suid
      uid_t[2] : FCNTL.F_GETOWNER_UIDS
      uint32_t : lsm_get_self_attr.size lsm_list_modules.size FUTEX.FUTEX_WAKE_OP
      uint64_t : listmount.mnt_ids FCNTL.F_GET_RW_HINT FCNTL.F_GET_FILE_RW_HINT
      uint64_t : ARCH_PRCTL.ARCH_GET_XCOMP_SUPP ARCH_PRCTL.ARCH_GET_XCOMP_PERM
      uint64_t : ARCH_PRCTL.ARCH_GET_XCOMP_GUEST_PERM
      unsigned : getcpu.cpu getcpu.node mq_timedreceive.prio
      unsigned long : IOCTL.BLKGETSIZE
      unsigned long : ARCH_PRCTL.ARCH_GET_FS ARCH_PRCTL.ARCH_GET_GS ARCH_PRCTL.ARCH_GET_UNTAG_MASK
      unsigned long : ARCH_PRCTL.ARCH_GET_MAX_TAG_BITS
      unsigned short : IOCTL.BLKSECTGET IOCTL.BLKROTATIONAL
      void * : get_robust_list.head_ptr move_pages.pages PRCTL.PR_GET_TID_ADDRESS
      struct __user_cap_header_struct : capget.header capset.header
      struct __user_cap_data_struct[2] : capset.data
      struct arpreq : IOCTL.SIOCGARP
      struct epoll_event : epoll_ctl.event epoll_wait.events epoll_pwait.events epoll_pwait2.events
      struct f_owner_ex : FCNTL.F_GETOWN_EX
      struct flock : FCNTL.F_GETLK FCNTL.F_OFD_GETLK
      struct futex_waitv : futex_waitv.waiters
      struct futex_waitv[2] : futex_requeue.waiters
      struct ifreq : IOCTL.SIOCGIFNAME IOCTL.SIOCGIFFLAGS IOCTL.SIOCGIFADDR IOCTL.SIOCGIFDSTADDR
      struct ifreq : IOCTL.SIOCGIFBRDADDR IOCTL.SIOCGIFNETMASK IOCTL.SIOCGIFMETRIC IOCTL.SIOCGIFMEM
      struct ifreq : IOCTL.SIOCGIFMTU IOCTL.SIOCGIFHWADDR IOCTL.SIOCGIFSLAVE IOCTL.SIOCGIFINDEX
      struct ifreq : IOCTL.SIOCGIFTXQLEN IOCTL.SIOCGMIIPHY IOCTL.SIOCGMIIREG IOCTL.SIOCGIFMAP
      struct ifreq : IOCTL.TUNSETIFF IOCTL.TUNGETIFF
      struct io_event : io_getevents.events io_pgetevents.events io_cancel.result
      struct io_uring_params : io_uring_setup.params
      struct iocb : io_cancel.iocb
      struct iocb * : io_submit.iocbpp
      aio_context_t : io_setup.ctx_idp
      struct iovec : process_vm_readv.remote_iov process_vm_writev.remote_iov process_madvise.iov
      struct itimerspec : timer_settime.new_value timer_settime.old_value timer_gettime.curr_value
      struct itimerspec : timerfd_settime.new_value timerfd_settime.old_value
      struct itimerspec : timerfd_gettime.curr_value
      struct itimerval : getitimer.curr_value setitimer.new_value setitimer.old_value
      struct kernel_cachestat : cachestat.cstat
      struct kernel_cachestat_range : cachestat.range
      struct kernel_mount_request : statmount.req listmount.req
      struct kernel_mask_argument : pselect6.sigmask io_pgetevents.sig
      struct kernel_sigaction : rt_sigaction.act rt_sigaction.oldact
      struct kernel_termios : IOCTL.TCGETS IOCTL.TIOCGLCKTRMIOS
      struct kernel_ustat : ustat.ubuf
      struct mq_attr : mq_open.attr mq_getsetattr.newattr mq_getsetattr.oldattr
      struct msginfo : MSGCTL.IPC_INFO MSGCTL.MSG_INFO
      struct msqid_ds : MSGCTL.IPC_STAT MSGCTL.MSG_STAT MSGCTL.MSG_STAT_ANY
      struct pollfd : poll.fds ppoll.fds
      struct rlimit : getrlimit.rlim setrlimit.rlim prlimit64.new_limit prlimit64.old_limit
      struct rusage : wait4.rusage waitid.rusage getrusage.usage
      struct sched_param : sched_setparam.param sched_getparam.param sched_setscheduler.param
      struct sembuf : semop.sops semtimedop.sops
      struct semid_ds : SEMCTL.IPC_STAT SEMCTL.SEM_STAT SEMCTL.SEM_STAT_ANY
      struct seminfo : SEMCTL.IPC_INFO SEMCTL.SEM_INFO
      struct serial_icounter_struct : IOCTL.TIOCGICOUNT
      struct serial_rs485 : IOCTL.TIOCGRS485 IOCTL.TIOCSRS485
      struct serial_struct : IOCTL.TIOCGSERIAL
      struct shm_info : SHMCTL.SHM_INFO
      struct shmid_ds : SHMCTL.IPC_STAT SHMCTL.SHM_STAT SHMCTL.SHM_STAT_ANY
      struct shminfo : SHMCTL.IPC_INFO
      struct sigevent : timer_create.sevp mq_notify.sevp
      struct stat : stat.statbuf fstat.statbuf lstat.statbuf newfstatat.statbuf
      struct statfs : statfs.buf fstatfs.buf
      struct statx : statx.statxbuf
      struct sysinfo : sysinfo.info
      struct timespec : nanosleep.req nanosleep.rem clock_nanosleep.request clock_nanosleep.remain
      struct timespec : clock_settime.tp clock_gettime.tp clock_getres.res sched_rr_get_interval.tp
      struct timespec : rt_sigtimedwait.timeout semtimedop.timeout io_getevents.timeout
      struct timespec : io_pgetevents.timeout mq_timedsend.abs_timeout mq_timedreceive.abs_timeout
      struct timespec : pselect6.timeout ppoll.timeout recvmmsg.timeout epoll_pwait2.timeout
      struct timespec : futex_waitv.timeout futex_wait.timeout IOCTL.SIOCGSTAMPNS_OLD
      struct timespec[2] : utimensat.times
      struct timeval : gettimeofday.tv settimeofday.tv select.timeout IOCTL.SIOCGSTAMP_OLD
      struct timeval[2] : utimes.times futimesat.times
      struct timex : adjtimex.buf clock_adjtime.buf
      struct timezone : gettimeofday.tz settimeofday.tz
      struct utimbuf : utime.times
      struct utsname : uname.buf
      struct winsize : IOCTL.TIOCGWINSZ
      = SCHED_ATTR_SIZE_VER0 : sched_setattr.attr
      = offsetof(struct termio, c_cc) + NCC : IOCTL.TCGETA
      = offsetof(siginfo_t, si_status) + sizeof(int) : waitid.infop
      """;

  private PointedTypes() {}

  /** Argument or command to the C expression of its size. */
  static Map<String, String> sizes() {
    Map<String, String> sizes = new HashMap<>();
    for (String line : TYPES.lines().toList()) {
      String[] parts = line.split(" : ");
      String size = parts[0].startsWith("= ") ? parts[0].substring(2) : "sizeof(" + parts[0] + ")";
      for (String name : parts[1].split(" ")) {
        if (sizes.put(name, size) != null) {
          throw new IllegalStateException("listed twice: " + name);
        }
      }
    }
    return sizes;
  }
}

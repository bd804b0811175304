package org.ftrun.tracer.syscall;

/**
 * The commands of the calls that depend on one: a line a command, no logic. A line is
 *
 * <pre>value NAME CLASS output trait... ; reason</pre>
 *
 * <p>CLASS is as in {@link SyscallRows}. The output, if any, is {@code out:i[size]} or {@code
 * inout:i[size]}: where argument i (from 0) points, a size in bytes, {@code result@j} (the result,
 * at most argument j), or {@code ifconf}. Traits: {@code blocks}; {@code makesfd}; {@code role=};
 * {@code rewrite=i:value} replaces argument i in both members; {@code gives=}, {@code takes=},
 * {@code names=} and {@code shows=} for ids, as in {@link SyscallRows}.
 *
 * <p>Sources: the kernel's uapi headers and the functions that implement each command.
 */
final class CommandRows {
  private CommandRows() {}

  /** ioctl requests whose number does not tell direction and size, or tells them wrongly. */
  static final String IOCTL =
      """
      0x1 FIBMAP FORWARD inout:2[4]
      0x2 FIGETBSZ FORWARD out:2[4]
      0x125d BLKROSET FORWARD
      0x125e BLKROGET FORWARD out:2[4]
      0x1260 BLKGETSIZE FORWARD out:2[8]
      0x1261 BLKFLSBUF FORWARD
      0x1263 BLKRAGET FORWARD out:2[8]
      0x1267 BLKSECTGET FORWARD out:2[2]
      0x1268 BLKSSZGET FORWARD out:2[4]
      0x1278 BLKIOMIN FORWARD out:2[4]
      0x1279 BLKIOOPT FORWARD out:2[4]
      0x127a BLKALIGNOFF FORWARD out:2[4]
      0x127b BLKPBSZGET FORWARD out:2[4]
      0x127c BLKDISCARDZEROES FORWARD out:2[4]
      0x127e BLKROTATIONAL FORWARD out:2[2]
      0x5401 TCGETS FORWARD out:2[36]
      0x5402 TCSETS FORWARD
      0x5403 TCSETSW FORWARD blocks
      0x5404 TCSETSF FORWARD blocks
      0x5405 TCGETA FORWARD out:2[17]
      0x5406 TCSETA FORWARD
      0x5407 TCSETAW FORWARD blocks
      0x5408 TCSETAF FORWARD blocks
      0x5409 TCSBRK FORWARD blocks
      0x540a TCXONC FORWARD
      0x540b TCFLSH FORWARD
      0x540c TIOCEXCL FORWARD
      0x540d TIOCNXCL FORWARD
      0x540e TIOCSCTTY FORWARD
      0x540f TIOCGPGRP FORWARD out:2[4] shows=group:2
      0x5410 TIOCSPGRP FORWARD names=group:2
      0x5411 TIOCOUTQ FORWARD out:2[4]
      0x5412 TIOCSTI FORWARD
      0x5413 TIOCGWINSZ FORWARD out:2[8]
      0x5414 TIOCSWINSZ FORWARD
      0x5415 TIOCMGET FORWARD out:2[4]
      0x5416 TIOCMBIS FORWARD
      0x5417 TIOCMBIC FORWARD
      0x5418 TIOCMSET FORWARD
      0x5419 TIOCGSOFTCAR FORWARD out:2[4]
      0x541a TIOCSSOFTCAR FORWARD
      0x541b FIONREAD FORWARD out:2[4]
      0x541c TIOCLINUX END ; the service controls the console (TIOCLINUX)
      0x541d TIOCCONS FORWARD
      0x541e TIOCGSERIAL FORWARD out:2[72]
      0x541f TIOCSSERIAL FORWARD
      0x5420 TIOCPKT FORWARD
      0x5421 FIONBIO FORWARD
      0x5422 TIOCNOTTY FORWARD
      0x5423 TIOCSETD FORWARD
      0x5424 TIOCGETD FORWARD out:2[4]
      0x5425 TCSBRKP FORWARD blocks
      0x5427 TIOCSBRK FORWARD
      0x5428 TIOCCBRK FORWARD
      0x5429 TIOCGSID FORWARD out:2[4] shows=session:2
      0x542e TIOCGRS485 FORWARD out:2[32]
      0x542f TIOCSRS485 FORWARD inout:2[32]
      0x5437 TIOCVHANGUP FORWARD
      0x5441 TIOCGPTPEER FORWARD makesfd
      0x5450 FIONCLEX FORWARD
      0x5451 FIOCLEX FORWARD
      0x5452 FIOASYNC FORWARD
      0x5456 TIOCGLCKTRMIOS FORWARD out:2[36]
      0x5457 TIOCSLCKTRMIOS FORWARD
      0x545c TIOCMIWAIT FORWARD blocks
      0x545d TIOCGICOUNT FORWARD out:2[80]
      0x5460 FIOQSIZE FORWARD out:2[8]
      0x8901 FIOSETOWN FORWARD names=pid_or_group:2
      0x8902 SIOCSPGRP FORWARD names=pid_or_group:2
      0x8903 FIOGETOWN FORWARD out:2[4] shows=pid_or_group:2
      0x8904 SIOCGPGRP FORWARD out:2[4] shows=pid_or_group:2
      0x8905 SIOCATMARK FORWARD out:2[4]
      0x8906 SIOCGSTAMP_OLD FORWARD out:2[16]
      0x8907 SIOCGSTAMPNS_OLD FORWARD out:2[16]
      0x890b SIOCADDRT FORWARD
      0x890c SIOCDELRT FORWARD
      0x8910 SIOCGIFNAME FORWARD inout:2[40]
      0x8912 SIOCGIFCONF FORWARD inout:2[ifconf]
      0x8913 SIOCGIFFLAGS FORWARD inout:2[40]
      0x8914 SIOCSIFFLAGS FORWARD
      0x8915 SIOCGIFADDR FORWARD inout:2[40]
      0x8916 SIOCSIFADDR FORWARD
      0x8917 SIOCGIFDSTADDR FORWARD inout:2[40]
      0x8918 SIOCSIFDSTADDR FORWARD
      0x8919 SIOCGIFBRDADDR FORWARD inout:2[40]
      0x891a SIOCSIFBRDADDR FORWARD
      0x891b SIOCGIFNETMASK FORWARD inout:2[40]
      0x891c SIOCSIFNETMASK FORWARD
      0x891d SIOCGIFMETRIC FORWARD inout:2[40]
      0x891e SIOCSIFMETRIC FORWARD
      0x891f SIOCGIFMEM FORWARD inout:2[40]
      0x8920 SIOCSIFMEM FORWARD
      0x8921 SIOCGIFMTU FORWARD inout:2[40]
      0x8922 SIOCSIFMTU FORWARD
      0x8923 SIOCSIFNAME FORWARD
      0x8924 SIOCSIFHWADDR FORWARD
      0x8927 SIOCGIFHWADDR FORWARD inout:2[40]
      0x8929 SIOCGIFSLAVE FORWARD inout:2[40]
      0x8931 SIOCADDMULTI FORWARD
      0x8932 SIOCDELMULTI FORWARD
      0x8933 SIOCGIFINDEX FORWARD inout:2[40]
      0x8936 SIOCDIFADDR FORWARD
      0x8937 SIOCSIFHWBROADCAST FORWARD
      0x8942 SIOCGIFTXQLEN FORWARD inout:2[40]
      0x8943 SIOCSIFTXQLEN FORWARD
      0x8947 SIOCGMIIPHY FORWARD inout:2[40]
      0x8948 SIOCGMIIREG FORWARD inout:2[40]
      0x8949 SIOCSMIIREG FORWARD
      0x894b SIOCOUTQNSD FORWARD out:2[4]
      0x8953 SIOCDARP FORWARD
      0x8954 SIOCGARP FORWARD inout:2[68]
      0x8955 SIOCSARP FORWARD
      0x8970 SIOCGIFMAP FORWARD inout:2[40]
      0x8971 SIOCSIFMAP FORWARD
      0x80081270 BLKBSZGET FORWARD out:2[4]
      0x80086601 FS_IOC_GETFLAGS FORWARD out:2[4]
      0x80087601 FS_IOC_GETVERSION FORWARD out:2[4]
      0x40049409 FICLONE FORWARD
      0x4020940d FICLONERANGE FORWARD
      0x81009431 FS_IOC_GETFSLABEL FORWARD out:2[256]
      0x41009432 FS_IOC_SETFSLABEL FORWARD
      0xc0189436 FIDEDUPERANGE END ; the service deduplicates file ranges, whose outputs ftrun does not know
      0xc020660b FS_IOC_FIEMAP END ; the service asks for the extents of a file, whose outputs ftrun does not know
      0xc0c0583b FS_IOC_GETFSMAP END ; the service asks for the layout of a file system, whose outputs ftrun does not know
      0xc0101282 BLKREPORTZONE END ; the service asks for the zones of a disk, whose outputs ftrun does not know
      0xc0096616 FS_IOC_GET_ENCRYPTION_POLICY_EX END ; the service asks for an encryption policy, whose outputs ftrun does not know
      0xc0046686 FS_IOC_MEASURE_VERITY END ; the service asks for the digest of a file, whose outputs ftrun does not know
      0xc0286687 FS_IOC_READ_VERITY_METADATA END ; the service asks for the digest of a file, whose outputs ftrun does not know
      0xc0606610 PAGEMAP_SCAN END ; the service scans its page tables
      0xc0686611 PROCMAP_QUERY END ; the service asks for its mappings by ioctl, whose outputs ftrun does not know
      0x400454ca TUNSETIFF FORWARD inout:2[40]
      0x800454d2 TUNGETIFF FORWARD out:2[40]
      """;

  /** ioctl types (bits 8 to 15) whose structures point to further memory. */
  static final String IOCTL_TYPES_WITH_POINTERS =
      """
      0x1b RDMA END ; the service drives a network device (RDMA)
      0x3b VFIO END ; the service drives a device (VFIO)
      0x41 ALSA END ; the service drives a sound device
      0x48 HCI END ; the service drives a Bluetooth or HID device
      0x4d MTD END ; the service drives a flash device
      0x4e NVME END ; the service drives a disk (NVMe)
      0x55 USBDEVFS END ; the service drives a USB device
      0x56 V4L END ; the service drives a video device
      0x62 BINDER END ; the service drives a device (binder)
      0x64 DRM END ; the service drives a graphics device
      0x6b SPI END ; the service drives a device (SPI)
      0x7c MEDIA END ; the service drives a video device
      0x94 BTRFS END ; the service controls a file system (btrfs)
      0xae KVM END ; the service runs virtual machines (KVM)
      0xaf VHOST END ; the service runs virtual machines (vhost)
      0xfd DEVICE_MAPPER END ; the service controls disks (device mapper)
      """;

  static final String FCNTL =
      """
      0 F_DUPFD FORWARD makesfd
      1 F_GETFD FORWARD
      2 F_SETFD FORWARD
      3 F_GETFL FORWARD
      4 F_SETFL FORWARD
      5 F_GETLK FORWARD inout:2[32] shows=pid:2+24
      6 F_SETLK FORWARD
      7 F_SETLKW FORWARD blocks
      8 F_SETOWN FORWARD takes=pid_or_group:2
      9 F_GETOWN FORWARD gives=pid_or_group
      10 F_SETSIG FORWARD
      11 F_GETSIG FORWARD
      15 F_SETOWN_EX FORWARD names=owner:2
      16 F_GETOWN_EX FORWARD out:2[8] shows=owner:2
      17 F_GETOWNER_UIDS FORWARD out:2[8]
      36 F_OFD_GETLK FORWARD inout:2[32]
      37 F_OFD_SETLK FORWARD
      38 F_OFD_SETLKW FORWARD blocks
      1024 F_SETLEASE FORWARD
      1025 F_GETLEASE FORWARD
      1026 F_NOTIFY FORWARD
      1027 F_DUPFD_QUERY FORWARD
      1028 F_CREATED_QUERY FORWARD
      1029 F_CANCELLK FORWARD
      1030 F_DUPFD_CLOEXEC FORWARD makesfd
      1031 F_SETPIPE_SZ FORWARD
      1032 F_GETPIPE_SZ FORWARD
      1033 F_ADD_SEALS FORWARD
      1034 F_GET_SEALS FORWARD
      1035 F_GET_RW_HINT FORWARD out:2[8]
      1036 F_SET_RW_HINT FORWARD
      1037 F_GET_FILE_RW_HINT FORWARD out:2[8]
      1038 F_SET_FILE_RW_HINT FORWARD
      """;

  static final String PRCTL =
      """
      1 PR_SET_PDEATHSIG FORWARD
      2 PR_GET_PDEATHSIG FORWARD out:1[4]
      3 PR_GET_DUMPABLE FORWARD
      4 PR_SET_DUMPABLE BOTH
      5 PR_GET_UNALIGN FORWARD
      6 PR_SET_UNALIGN FORWARD
      7 PR_GET_KEEPCAPS FORWARD
      8 PR_SET_KEEPCAPS BOTH
      9 PR_GET_FPEMU FORWARD
      10 PR_SET_FPEMU FORWARD
      11 PR_GET_FPEXC FORWARD
      12 PR_SET_FPEXC FORWARD
      13 PR_GET_TIMING FORWARD
      14 PR_SET_TIMING BOTH
      15 PR_SET_NAME BOTH
      16 PR_GET_NAME FORWARD out:1[16]
      19 PR_GET_ENDIAN FORWARD
      20 PR_SET_ENDIAN FORWARD
      21 PR_GET_SECCOMP FORWARD
      22 PR_SET_SECCOMP END ; the service installs a seccomp filter, which would also apply to ftrun's own calls
      23 PR_CAPBSET_READ FORWARD
      24 PR_CAPBSET_DROP BOTH
      25 PR_GET_TSC FORWARD out:1[4]
      26 PR_SET_TSC END ; the service controls the trapping of the time stamp counter itself
      27 PR_GET_SECUREBITS FORWARD
      28 PR_SET_SECUREBITS BOTH
      29 PR_SET_TIMERSLACK BOTH
      30 PR_GET_TIMERSLACK FORWARD
      31 PR_TASK_PERF_EVENTS_DISABLE BOTH
      32 PR_TASK_PERF_EVENTS_ENABLE BOTH
      33 PR_MCE_KILL BOTH
      34 PR_MCE_KILL_GET FORWARD
      35 PR_SET_MM BOTH
      36 PR_SET_CHILD_SUBREAPER BOTH
      37 PR_GET_CHILD_SUBREAPER FORWARD out:1[4]
      38 PR_SET_NO_NEW_PRIVS BOTH
      39 PR_GET_NO_NEW_PRIVS FORWARD
      40 PR_GET_TID_ADDRESS FORWARD out:1[8]
      41 PR_SET_THP_DISABLE BOTH
      42 PR_GET_THP_DISABLE FORWARD
      43 PR_MPX_ENABLE_MANAGEMENT FORWARD
      44 PR_MPX_DISABLE_MANAGEMENT FORWARD
      45 PR_SET_FP_MODE FORWARD
      46 PR_GET_FP_MODE FORWARD
      47 PR_CAP_AMBIENT BOTH
      50 PR_SVE_SET_VL FORWARD
      51 PR_SVE_GET_VL FORWARD
      52 PR_GET_SPECULATION_CTRL FORWARD
      53 PR_SET_SPECULATION_CTRL BOTH
      54 PR_PAC_RESET_KEYS FORWARD
      55 PR_SET_TAGGED_ADDR_CTRL FORWARD
      56 PR_GET_TAGGED_ADDR_CTRL FORWARD
      57 PR_SET_IO_FLUSHER BOTH
      58 PR_GET_IO_FLUSHER FORWARD
      59 PR_SET_SYSCALL_USER_DISPATCH END ; the service intercepts its own system calls, by the means that ftrun uses
      60 PR_PAC_SET_ENABLED_KEYS FORWARD
      61 PR_PAC_GET_ENABLED_KEYS FORWARD
      62 PR_SCHED_CORE END ; the service uses core scheduling, which is not replicated
      63 PR_SME_SET_VL FORWARD
      64 PR_SME_GET_VL FORWARD
      65 PR_SET_MDWE BOTH
      66 PR_GET_MDWE FORWARD
      67 PR_SET_MEMORY_MERGE BOTH
      68 PR_GET_MEMORY_MERGE FORWARD
      74 PR_GET_SHADOW_STACK_STATUS FORWARD
      75 PR_SET_SHADOW_STACK_STATUS FORWARD
      76 PR_LOCK_SHADOW_STACK_STATUS FORWARD
      77 PR_TIMER_CREATE_RESTORE_IDS BOTH
      78 PR_FUTEX_HASH FORWARD
      0x41555856 PR_GET_AUXV FORWARD out:1[result@2]
      0x53564d41 PR_SET_VMA BOTH
      """;

  static final String ARCH_PRCTL =
      """
      0x1001 ARCH_SET_GS END ; the service sets the GS base, which ftrun's stub needs
      0x1002 ARCH_SET_FS BOTH role=THREAD_POINTER
      0x1003 ARCH_GET_FS FORWARD out:1[8]
      0x1004 ARCH_GET_GS FORWARD out:1[8]
      0x1011 ARCH_GET_CPUID FORWARD
      0x1012 ARCH_SET_CPUID END ; the service controls the trapping of cpuid itself
      0x1021 ARCH_GET_XCOMP_SUPP FORWARD out:1[8]
      0x1022 ARCH_GET_XCOMP_PERM FORWARD out:1[8]
      0x1023 ARCH_REQ_XCOMP_PERM BOTH
      0x1024 ARCH_GET_XCOMP_GUEST_PERM FORWARD out:1[8]
      0x1025 ARCH_REQ_XCOMP_GUEST_PERM BOTH
      0x2001 ARCH_MAP_VDSO_X32 END ; the service maps the vDSO itself
      0x2002 ARCH_MAP_VDSO_32 END ; the service maps the vDSO itself
      0x2003 ARCH_MAP_VDSO_64 END ; the service maps the vDSO itself
      0x3001 ARCH_CET_STATUS EINVAL ; shadow stacks are not offered, programs run without
      0x4001 ARCH_GET_UNTAG_MASK FORWARD out:1[8]
      0x4002 ARCH_ENABLE_TAGGED_ADDR BOTH
      0x4003 ARCH_GET_MAX_TAG_BITS FORWARD out:1[8]
      0x4004 ARCH_FORCE_TAGGED_SVA BOTH
      0x5001 ARCH_SHSTK_ENABLE EOPNOTSUPP ; shadow stacks are not offered, programs run without
      0x5002 ARCH_SHSTK_DISABLE EOPNOTSUPP ; shadow stacks are not offered, programs run without
      0x5003 ARCH_SHSTK_LOCK EOPNOTSUPP ; shadow stacks are not offered, programs run without
      0x5004 ARCH_SHSTK_UNLOCK EOPNOTSUPP ; shadow stacks are not offered, programs run without
      0x5005 ARCH_SHSTK_STATUS EOPNOTSUPP ; shadow stacks are not offered, programs run without
      """;

  static final String SEMCTL =
      """
      0 IPC_RMID FORWARD
      1 IPC_SET FORWARD
      2 IPC_STAT FORWARD out:3[104]
      3 IPC_INFO FORWARD out:3[40]
      11 GETPID FORWARD gives=pid
      12 GETVAL FORWARD
      13 GETALL END ; the service reads a whole set of System V semaphores, whose size ftrun does not know
      14 GETNCNT FORWARD
      15 GETZCNT FORWARD
      16 SETVAL FORWARD
      17 SETALL FORWARD
      18 SEM_STAT FORWARD out:3[104]
      19 SEM_INFO FORWARD out:3[40]
      20 SEM_STAT_ANY FORWARD out:3[104]
      """;

  static final String SHMCTL =
      """
      0 IPC_RMID FORWARD
      1 IPC_SET FORWARD
      2 IPC_STAT FORWARD out:2[112] shows=pid:2+80 shows=pid:2+84
      3 IPC_INFO FORWARD out:2[72]
      11 SHM_LOCK FORWARD
      12 SHM_UNLOCK FORWARD
      13 SHM_STAT FORWARD out:2[112] shows=pid:2+80 shows=pid:2+84
      14 SHM_INFO FORWARD out:2[48]
      15 SHM_STAT_ANY FORWARD out:2[112] shows=pid:2+80 shows=pid:2+84
      """;

  static final String MSGCTL =
      """
      0 IPC_RMID FORWARD
      1 IPC_SET FORWARD
      2 IPC_STAT FORWARD out:2[120] shows=pid:2+96 shows=pid:2+100
      3 IPC_INFO FORWARD out:2[32]
      11 MSG_STAT FORWARD out:2[120] shows=pid:2+96 shows=pid:2+100
      12 MSG_INFO FORWARD out:2[32]
      13 MSG_STAT_ANY FORWARD out:2[120] shows=pid:2+96 shows=pid:2+100
      """;

  static final String KEYCTL =
      """
      0 KEYCTL_GET_KEYRING_ID FORWARD
      1 KEYCTL_JOIN_SESSION_KEYRING END ; the service joins another session keyring
      2 KEYCTL_UPDATE FORWARD
      3 KEYCTL_REVOKE FORWARD
      4 KEYCTL_CHOWN FORWARD
      5 KEYCTL_SETPERM FORWARD
      6 KEYCTL_DESCRIBE FORWARD out:2[result@3]
      7 KEYCTL_CLEAR FORWARD
      8 KEYCTL_LINK FORWARD
      9 KEYCTL_UNLINK FORWARD
      10 KEYCTL_SEARCH FORWARD
      11 KEYCTL_READ FORWARD out:2[result@3]
      15 KEYCTL_SET_TIMEOUT FORWARD
      17 KEYCTL_GET_SECURITY FORWARD out:2[result@3]
      21 KEYCTL_INVALIDATE FORWARD
      22 KEYCTL_GET_PERSISTENT FORWARD
      31 KEYCTL_CAPABILITIES FORWARD out:1[result@2]
      """;

  static final String MADVISE =
      """
      0 MADV_NORMAL BOTH
      1 MADV_RANDOM BOTH
      2 MADV_SEQUENTIAL BOTH
      3 MADV_WILLNEED FORWARD
      4 MADV_DONTNEED BOTH
      8 MADV_FREE BOTH rewrite=2:4
      9 MADV_REMOVE END ; the service punches holes into memory it shares (MADV_REMOVE)
      10 MADV_DONTFORK BOTH
      11 MADV_DOFORK BOTH
      12 MADV_MERGEABLE BOTH
      13 MADV_UNMERGEABLE BOTH
      14 MADV_HUGEPAGE BOTH
      15 MADV_NOHUGEPAGE BOTH
      16 MADV_DONTDUMP BOTH
      17 MADV_DODUMP BOTH
      18 MADV_WIPEONFORK BOTH
      19 MADV_KEEPONFORK BOTH
      20 MADV_COLD FORWARD
      21 MADV_PAGEOUT FORWARD
      22 MADV_POPULATE_READ BOTH
      23 MADV_POPULATE_WRITE BOTH
      24 MADV_DONTNEED_LOCKED BOTH
      25 MADV_COLLAPSE FORWARD
      100 MADV_HWPOISON END ; the service injects memory errors
      101 MADV_SOFT_OFFLINE END ; the service injects memory errors
      102 MADV_GUARD_INSTALL EINVAL ; guard pages cannot be copied to a replica, programs fall back to mprotect
      103 MADV_GUARD_REMOVE EINVAL ; guard pages cannot be copied to a replica, programs fall back to mprotect
      """;

  /** Operations without the flags FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME. */
  static final String FUTEX =
      """
      0 FUTEX_WAIT FORWARD blocks
      1 FUTEX_WAKE FORWARD
      2 FUTEX_FD FORWARD
      3 FUTEX_REQUEUE FORWARD
      4 FUTEX_CMP_REQUEUE FORWARD
      5 FUTEX_WAKE_OP FORWARD inout:4[4]
      6 FUTEX_LOCK_PI ENOSYS ; the kernel ties priority-inheriting locks to real thread ids, programs fall back to plain ones
      7 FUTEX_UNLOCK_PI ENOSYS ; the kernel ties priority-inheriting locks to real thread ids, programs fall back to plain ones
      8 FUTEX_TRYLOCK_PI ENOSYS ; the kernel ties priority-inheriting locks to real thread ids, programs fall back to plain ones
      9 FUTEX_WAIT_BITSET FORWARD blocks
      10 FUTEX_WAKE_BITSET FORWARD
      11 FUTEX_WAIT_REQUEUE_PI ENOSYS ; the kernel ties priority-inheriting locks to real thread ids, programs fall back to plain ones
      12 FUTEX_CMP_REQUEUE_PI ENOSYS ; the kernel ties priority-inheriting locks to real thread ids, programs fall back to plain ones
      13 FUTEX_LOCK_PI2 ENOSYS ; the kernel ties priority-inheriting locks to real thread ids, programs fall back to plain ones
      """;
}

package org.ftrun.tracer.abi;

/** Sizes, in bytes, of the structures about processes and the system on x86-64. */
public final class ProcessLayout {
  /** {@code struct new_utsname}: six strings of 65 bytes. */
  public static final int UTSNAME_SIZE = 390;

  public static final int RUSAGE_SIZE = 144;

  /** {@code struct rlimit}: soft and hard limit, 64 bits each. */
  public static final int RLIMIT_SIZE = 16;

  public static final int SYSINFO_SIZE = 112;
  public static final int SCHED_PARAM_SIZE = 4;
  public static final int CAPABILITY_HEADER_SIZE = 8;
  public static final int CAPABILITY_HEADER_PID = 4;

  /** {@code struct flock}. */
  public static final int FLOCK_OWNER = 24;

  public static final int CAPABILITY_DATA_SIZE = 12;
  public static final int SEMBUF_SIZE = 6;
  public static final int SEMID_DS_SIZE = 104;
  public static final int SHMID_DS_SIZE = 112;
  public static final int SHMID_DS_CREATOR = 80;
  public static final int SHMID_DS_LAST = 84;
  public static final int MSQID_DS_SIZE = 120;
  public static final int MSQID_DS_SENDER = 96;
  public static final int MSQID_DS_RECEIVER = 100;
  public static final int SEMINFO_SIZE = 40;
  public static final int SHMINFO_SIZE = 72;
  public static final int SHM_INFO_SIZE = 48;
  public static final int MSGINFO_SIZE = 32;
  public static final int MQ_ATTR_SIZE = 64;

  /** {@code struct robust_list_head}. */
  public static final int ROBUST_LIST_HEAD_SIZE = 24;

  private ProcessLayout() {}
}

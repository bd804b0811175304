package org.ftrun.tracer.abi;

/** Sizes and offsets, in bytes, of the structures of the socket calls on x86-64. */
public final class SocketLayout {
  /** {@code struct iovec} {base, length}. */
  public static final int IOVEC_SIZE = 16;

  public static final int IOVEC_BASE = 0;
  public static final int IOVEC_LENGTH = 8;

  /** {@code struct msghdr}. */
  public static final int MSGHDR_SIZE = 56;

  public static final int MSGHDR_NAME = 0;

  /** 32 bits. */
  public static final int MSGHDR_NAME_LENGTH = 8;

  public static final int MSGHDR_IOV = 16;
  public static final int MSGHDR_IOV_COUNT = 24;
  public static final int MSGHDR_CONTROL = 32;

  /** 64 bits. */
  public static final int MSGHDR_CONTROL_LENGTH = 40;

  /** 32 bits. */
  public static final int MSGHDR_FLAGS = 48;

  /** {@code struct mmsghdr}: a msghdr and the bytes transferred. */
  public static final int MMSGHDR_SIZE = 64;

  /** 32 bits. */
  public static final int MMSGHDR_BYTES = 56;

  /** {@code struct cmsghdr}. */
  public static final int CMSGHDR_SIZE = 16;

  public static final int CMSGHDR_LENGTH = 0;
  public static final int CMSGHDR_LEVEL = 8;
  public static final int CMSGHDR_TYPE = 12;

  public static final int SOCKADDR_STORAGE_SIZE = 128;
  public static final int SOCKADDR_IN_SIZE = 16;
  public static final int SOCKADDR_IN6_SIZE = 28;
  public static final int SOCKADDR_UN_SIZE = 110;

  /** The kernel takes no more iovecs, and no more messages, in one call (UIO_MAXIOV). */
  public static final int MAX_IOVECS = 1024;

  private SocketLayout() {}
}

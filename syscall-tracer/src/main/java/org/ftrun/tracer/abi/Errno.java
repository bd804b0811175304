package org.ftrun.tracer.abi;

import java.util.Map;
import java.util.TreeMap;

/** Error numbers of x86-64 Linux, positive (asm-generic/errno-base.h, errno.h, linux/errno.h). */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int EBADF = 9;
  public static final int ECHILD = 10;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int ENOTBLK = 15;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ENOTTY = 25;
  public static final int ETXTBSY = 26;
  public static final int EFBIG = 27;
  public static final int ENOSPC = 28;
  public static final int ESPIPE = 29;
  public static final int EROFS = 30;
  public static final int EMLINK = 31;
  public static final int EPIPE = 32;
  public static final int EDOM = 33;
  public static final int ERANGE = 34;
  public static final int EDEADLK = 35;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOLCK = 37;
  public static final int ENOSYS = 38;
  public static final int ENOTEMPTY = 39;
  public static final int ELOOP = 40;
  public static final int ENOMSG = 42;
  public static final int EIDRM = 43;
  public static final int ECHRNG = 44;
  public static final int EL2NSYNC = 45;
  public static final int EL3HLT = 46;
  public static final int EL3RST = 47;
  public static final int ELNRNG = 48;
  public static final int EUNATCH = 49;
  public static final int ENOCSI = 50;
  public static final int EL2HLT = 51;
  public static final int EBADE = 52;
  public static final int EBADR = 53;
  public static final int EXFULL = 54;
  public static final int ENOANO = 55;
  public static final int EBADRQC = 56;
  public static final int EBADSLT = 57;
  public static final int EBFONT = 59;
  public static final int ENOSTR = 60;
  public static final int ENODATA = 61;
  public static final int ETIME = 62;
  public static final int ENOSR = 63;
  public static final int ENONET = 64;
  public static final int ENOPKG = 65;
  public static final int EREMOTE = 66;
  public static final int ENOLINK = 67;
  public static final int EADV = 68;
  public static final int ESRMNT = 69;
  public static final int ECOMM = 70;
  public static final int EPROTO = 71;
  public static final int EMULTIHOP = 72;
  public static final int EDOTDOT = 73;
  public static final int EBADMSG = 74;
  public static final int EOVERFLOW = 75;
  public static final int ENOTUNIQ = 76;
  public static final int EBADFD = 77;
  public static final int EREMCHG = 78;
  public static final int ELIBACC = 79;
  public static final int ELIBBAD = 80;
  public static final int ELIBSCN = 81;
  public static final int ELIBMAX = 82;
  public static final int ELIBEXEC = 83;
  public static final int EILSEQ = 84;
  public static final int ERESTART = 85;
  public static final int ESTRPIPE = 86;
  public static final int EUSERS = 87;
  public static final int ENOTSOCK = 88;
  public static final int EDESTADDRREQ = 89;
  public static final int EMSGSIZE = 90;
  public static final int EPROTOTYPE = 91;
  public static final int ENOPROTOOPT = 92;
  public static final int EPROTONOSUPPORT = 93;
  public static final int ESOCKTNOSUPPORT = 94;
  public static final int EOPNOTSUPP = 95;
  public static final int EPFNOSUPPORT = 96;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ENETRESET = 102;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int EISCONN = 106;
  public static final int ENOTCONN = 107;
  public static final int ESHUTDOWN = 108;
  public static final int ETOOMANYREFS = 109;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTDOWN = 112;
  public static final int EHOSTUNREACH = 113;
  public static final int EALREADY = 114;
  public static final int EINPROGRESS = 115;
  public static final int ESTALE = 116;
  public static final int EUCLEAN = 117;
  public static final int ENOTNAM = 118;
  public static final int ENAVAIL = 119;
  public static final int EISNAM = 120;
  public static final int EREMOTEIO = 121;
  public static final int EDQUOT = 122;
  public static final int ENOMEDIUM = 123;
  public static final int EMEDIUMTYPE = 124;
  public static final int ECANCELED = 125;
  public static final int ENOKEY = 126;
  public static final int EKEYEXPIRED = 127;
  public static final int EKEYREVOKED = 128;
  public static final int EKEYREJECTED = 129;
  public static final int EOWNERDEAD = 130;
  public static final int ENOTRECOVERABLE = 131;
  public static final int ERFKILL = 132;
  public static final int EHWPOISON = 133;

  /** Restart if no handler runs or it has SA_RESTART; kernel internal, seen by tracers only. */
  public static final int ERESTARTSYS = 512;

  /** Always restart; kernel internal. */
  public static final int ERESTARTNOINTR = 513;

  /** Restart if no handler runs; kernel internal. */
  public static final int ERESTARTNOHAND = 514;

  /** No such ioctl here; kernel internal. */
  public static final int ENOIOCTLCMD = 515;

  /** Restart by restart_syscall; kernel internal. */
  public static final int ERESTART_RESTARTBLOCK = 516;

  private static final Map<String, Integer> NUMBERS = new TreeMap<>();
  private static final String[] NAMES = new String[ERESTART_RESTARTBLOCK + 1];

  static {
    define("EPERM", EPERM);
    define("ENOENT", ENOENT);
    define("ESRCH", ESRCH);
    define("EINTR", EINTR);
    define("EIO", EIO);
    define("ENXIO", ENXIO);
    define("E2BIG", E2BIG);
    define("ENOEXEC", ENOEXEC);
    define("EBADF", EBADF);
    define("ECHILD", ECHILD);
    define("EAGAIN", EAGAIN);
    define("ENOMEM", ENOMEM);
    define("EACCES", EACCES);
    define("EFAULT", EFAULT);
    define("ENOTBLK", ENOTBLK);
    define("EBUSY", EBUSY);
    define("EEXIST", EEXIST);
    define("EXDEV", EXDEV);
    define("ENODEV", ENODEV);
    define("ENOTDIR", ENOTDIR);
    define("EISDIR", EISDIR);
    define("EINVAL", EINVAL);
    define("ENFILE", ENFILE);
    define("EMFILE", EMFILE);
    define("ENOTTY", ENOTTY);
    define("ETXTBSY", ETXTBSY);
    define("EFBIG", EFBIG);
    define("ENOSPC", ENOSPC);
    define("ESPIPE", ESPIPE);
    define("EROFS", EROFS);
    define("EMLINK", EMLINK);
    define("EPIPE", EPIPE);
    define("EDOM", EDOM);
    define("ERANGE", ERANGE);
    define("EDEADLK", EDEADLK);
    define("ENAMETOOLONG", ENAMETOOLONG);
    define("ENOLCK", ENOLCK);
    define("ENOSYS", ENOSYS);
    define("ENOTEMPTY", ENOTEMPTY);
    define("ELOOP", ELOOP);
    define("ENOMSG", ENOMSG);
    define("EIDRM", EIDRM);
    define("ECHRNG", ECHRNG);
    define("EL2NSYNC", EL2NSYNC);
    define("EL3HLT", EL3HLT);
    define("EL3RST", EL3RST);
    define("ELNRNG", ELNRNG);
    define("EUNATCH", EUNATCH);
    define("ENOCSI", ENOCSI);
    define("EL2HLT", EL2HLT);
    define("EBADE", EBADE);
    define("EBADR", EBADR);
    define("EXFULL", EXFULL);
    define("ENOANO", ENOANO);
    define("EBADRQC", EBADRQC);
    define("EBADSLT", EBADSLT);
    define("EBFONT", EBFONT);
    define("ENOSTR", ENOSTR);
    define("ENODATA", ENODATA);
    define("ETIME", ETIME);
    define("ENOSR", ENOSR);
    define("ENONET", ENONET);
    define("ENOPKG", ENOPKG);
    define("EREMOTE", EREMOTE);
    define("ENOLINK", ENOLINK);
    define("EADV", EADV);
    define("ESRMNT", ESRMNT);
    define("ECOMM", ECOMM);
    define("EPROTO", EPROTO);
    define("EMULTIHOP", EMULTIHOP);
    define("EDOTDOT", EDOTDOT);
    define("EBADMSG", EBADMSG);
    define("EOVERFLOW", EOVERFLOW);
    define("ENOTUNIQ", ENOTUNIQ);
    define("EBADFD", EBADFD);
    define("EREMCHG", EREMCHG);
    define("ELIBACC", ELIBACC);
    define("ELIBBAD", ELIBBAD);
    define("ELIBSCN", ELIBSCN);
    define("ELIBMAX", ELIBMAX);
    define("ELIBEXEC", ELIBEXEC);
    define("EILSEQ", EILSEQ);
    define("ERESTART", ERESTART);
    define("ESTRPIPE", ESTRPIPE);
    define("EUSERS", EUSERS);
    define("ENOTSOCK", ENOTSOCK);
    define("EDESTADDRREQ", EDESTADDRREQ);
    define("EMSGSIZE", EMSGSIZE);
    define("EPROTOTYPE", EPROTOTYPE);
    define("ENOPROTOOPT", ENOPROTOOPT);
    define("EPROTONOSUPPORT", EPROTONOSUPPORT);
    define("ESOCKTNOSUPPORT", ESOCKTNOSUPPORT);
    define("EOPNOTSUPP", EOPNOTSUPP);
    define("EPFNOSUPPORT", EPFNOSUPPORT);
    define("EAFNOSUPPORT", EAFNOSUPPORT);
    define("EADDRINUSE", EADDRINUSE);
    define("EADDRNOTAVAIL", EADDRNOTAVAIL);
    define("ENETDOWN", ENETDOWN);
    define("ENETUNREACH", ENETUNREACH);
    define("ENETRESET", ENETRESET);
    define("ECONNABORTED", ECONNABORTED);
    define("ECONNRESET", ECONNRESET);
    define("ENOBUFS", ENOBUFS);
    define("EISCONN", EISCONN);
    define("ENOTCONN", ENOTCONN);
    define("ESHUTDOWN", ESHUTDOWN);
    define("ETOOMANYREFS", ETOOMANYREFS);
    define("ETIMEDOUT", ETIMEDOUT);
    define("ECONNREFUSED", ECONNREFUSED);
    define("EHOSTDOWN", EHOSTDOWN);
    define("EHOSTUNREACH", EHOSTUNREACH);
    define("EALREADY", EALREADY);
    define("EINPROGRESS", EINPROGRESS);
    define("ESTALE", ESTALE);
    define("EUCLEAN", EUCLEAN);
    define("ENOTNAM", ENOTNAM);
    define("ENAVAIL", ENAVAIL);
    define("EISNAM", EISNAM);
    define("EREMOTEIO", EREMOTEIO);
    define("EDQUOT", EDQUOT);
    define("ENOMEDIUM", ENOMEDIUM);
    define("EMEDIUMTYPE", EMEDIUMTYPE);
    define("ECANCELED", ECANCELED);
    define("ENOKEY", ENOKEY);
    define("EKEYEXPIRED", EKEYEXPIRED);
    define("EKEYREVOKED", EKEYREVOKED);
    define("EKEYREJECTED", EKEYREJECTED);
    define("EOWNERDEAD", EOWNERDEAD);
    define("ENOTRECOVERABLE", ENOTRECOVERABLE);
    define("ERFKILL", ERFKILL);
    define("EHWPOISON", EHWPOISON);
    define("ERESTARTSYS", ERESTARTSYS);
    define("ERESTARTNOINTR", ERESTARTNOINTR);
    define("ERESTARTNOHAND", ERESTARTNOHAND);
    define("ENOIOCTLCMD", ENOIOCTLCMD);
    define("ERESTART_RESTARTBLOCK", ERESTART_RESTARTBLOCK);
  }

  private Errno() {}

  private static void define(String name, int number) {
    NUMBERS.put(name, number);
    NAMES[number] = name;
  }

  /** The name of an error number, or the number in digits if it has none. */
  public static String name(int number) {
    boolean known = number > 0 && number < NAMES.length && NAMES[number] != null;
    return known ? NAMES[number] : Integer.toString(number);
  }

  /**
   * The number of an error's name.
   *
   * @throws IllegalArgumentException if there is no such name
   */
  public static int number(String name) {
    Integer number = NUMBERS.get(name);
    if (number == null) {
      throw new IllegalArgumentException("no such error: " + name);
    }
    return number;
  }
}

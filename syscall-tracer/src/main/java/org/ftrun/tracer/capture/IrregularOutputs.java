package org.ftrun.tracer.capture;

import static org.ftrun.tracer.abi.FileLayout.FILE_HANDLE_SIZE;
import static org.ftrun.tracer.abi.FileLayout.IFCONF_BUFFER;
import static org.ftrun.tracer.abi.FileLayout.IFCONF_LENGTH;
import static org.ftrun.tracer.abi.FileLayout.IFCONF_SIZE;
import static org.ftrun.tracer.abi.ProcessLayout.CAPABILITY_DATA_SIZE;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.syscall.CommandRule;
import org.ftrun.tracer.syscall.Commands;
import org.ftrun.tracer.syscall.IoctlNumber;
import org.ftrun.tracer.syscall.Irregular;
import org.ftrun.tracer.syscall.SizeRule;

/** The outputs of calls whose rows leave them to a handler. */
final class IrregularOutputs {
  /** The message type before the text of a System V message. */
  private static final int MESSAGE_TYPE_BYTES = 8;

  /** The first capability version, with one data structure instead of two. */
  private static final int CAPABILITY_VERSION_1 = 0x1998_0330;

  private static final int XATTR_ARGS_BYTES = 16;
  private static final int XATTR_VALUE = 0;
  private static final int XATTR_SIZE = 8;

  /** AT_HANDLE_MNT_ID_UNIQUE: the mount id has 64 bits. */
  private static final long UNIQUE_MOUNT_ID = 0x001;

  private static final int HANDLE_BYTES_BYTES = 4;

  private final Structure structure = new Structure(32);
  private long entryAddress;
  private long entrySize;

  /** Reads the structures that name a buffer, before the call. */
  void enter(Irregular irregular, long[] arguments, TraceeReader reader) {
    entryAddress = 0;
    entrySize = 0;
    switch (irregular) {
      case CAPABILITIES -> {
        if (structure.load(reader, arguments[0], Integer.BYTES)) {
          boolean one = structure.getInt(0) == CAPABILITY_VERSION_1;
          entrySize = one ? CAPABILITY_DATA_SIZE : 2 * CAPABILITY_DATA_SIZE;
        }
      }
      case XATTR_ARGS -> {
        if (structure.load(reader, arguments[4], XATTR_ARGS_BYTES)) {
          entryAddress = structure.getLong(XATTR_VALUE);
          entrySize = structure.getInt(XATTR_SIZE) & 0xffff_ffffL;
        }
      }
      default -> {}
    }
  }

  /** Adds what the kernel wrote. */
  void leave(
      Irregular irregular,
      long[] arguments,
      long result,
      TraceeReader reader,
      OutputRegions regions) {
    if (irregular == Irregular.FILE_HANDLE) {
      fileHandle(arguments, result, reader, regions);
      return;
    }
    if (result < 0) {
      return;
    }
    switch (irregular) {
      case IOCTL -> ioctl(arguments, result, reader, regions);
      case FCNTL, PRCTL, ARCH_PRCTL, SEMCTL, SHMCTL, MSGCTL, KEYCTL, FUTEX ->
          command(Commands.find(irregular, arguments), arguments, result, regions);
      case MSGRCV -> regions.add(arguments[1], MESSAGE_TYPE_BYTES + Math.min(result, arguments[2]));
      case CAPABILITIES -> regions.add(arguments[1], entrySize);
      case XATTR_ARGS -> regions.add(entryAddress, Math.min(result, entrySize));
      case STATMOUNT -> {
        if (structure.load(reader, arguments[1], Integer.BYTES)) {
          long written = structure.getInt(0) & 0xffff_ffffL;
          regions.add(arguments[1], OutputRegions.unsignedMin(written, arguments[2]));
        }
      }
      default -> {}
    }
  }

  private void ioctl(long[] arguments, long result, TraceeReader reader, OutputRegions regions) {
    CommandRule rule = Commands.find(Irregular.IOCTL, arguments);
    if (rule == null) {
      if (IoctlNumber.isOutput(arguments[1])) {
        regions.add(arguments[2], IoctlNumber.size(arguments[1]));
      }
    } else if (rule.size().kind() == SizeRule.Kind.HANDLER) {
      interfaceList(arguments[2], reader, regions);
    } else {
      command(rule, arguments, result, regions);
    }
  }

  private static void command(
      CommandRule rule, long[] arguments, long result, OutputRegions regions) {
    if (rule == null || rule.outputArgument() < 0) {
      return;
    }
    SizeRule size = rule.size();
    boolean measured = size.kind() == SizeRule.Kind.RESULT;
    regions.add(
        arguments[rule.outputArgument()],
        measured ? OutputRegions.flatLength(size, arguments, 64, result) : size.unit());
  }

  /** SIOCGIFCONF: the length in the structure is that of the list in the buffer it names. */
  private void interfaceList(long address, TraceeReader reader, OutputRegions regions) {
    if (structure.load(reader, address, IFCONF_SIZE)) {
      regions.add(structure.getLong(IFCONF_BUFFER), structure.getInt(IFCONF_LENGTH));
      regions.add(address + IFCONF_LENGTH, Integer.BYTES);
    }
  }

  /** The handle's length and the mount id are written also where the handle did not fit. */
  private void fileHandle(
      long[] arguments, long result, TraceeReader reader, OutputRegions regions) {
    if (result == -Errno.EOVERFLOW) {
      regions.add(arguments[2], HANDLE_BYTES_BYTES);
    } else if (result < 0) {
      return;
    } else if (structure.load(reader, arguments[2], HANDLE_BYTES_BYTES)) {
      regions.add(arguments[2], FILE_HANDLE_SIZE + (structure.getInt(0) & 0xffff_ffffL));
    }
    boolean unique = (arguments[4] & UNIQUE_MOUNT_ID) != 0;
    regions.add(arguments[3], unique ? Long.BYTES : Integer.BYTES);
  }
}

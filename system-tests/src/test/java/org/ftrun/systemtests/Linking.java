package org.ftrun.systemtests;

import java.util.List;

/** How an executable is linked; each kind starts and is laid out in memory in its own way. */
enum Linking {
  /** Position independent, with the loader and shared libraries: the distribution's default. */
  DYNAMIC("gcc", "-fPIE", "-pie"),
  /** At fixed addresses, with the loader and shared libraries. */
  NO_PIE("gcc", "-fno-pie", "-no-pie"),
  /** At fixed addresses, no loader. */
  STATIC("gcc", "-fno-pie", "-static"),
  /** Position independent, no loader: relocates itself. */
  STATIC_PIE("gcc", "-fPIE", "-static-pie"),
  /** At fixed addresses, no loader, with another C library. */
  MUSL("musl-gcc", "-fno-pie", "-static"),
  /** Position independent, with that library's loader. */
  MUSL_DYNAMIC("musl-gcc", "-fPIE", "-pie");

  private final List<String> command;

  Linking(String... command) {
    this.command = List.of(command);
  }

  /** The compiler with the options for it. */
  List<String> command() {
    return command;
  }
}

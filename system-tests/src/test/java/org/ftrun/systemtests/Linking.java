package org.ftrun.systemtests;

import java.util.List;

/** How an executable is linked; each kind starts and is laid out in memory in its own way. */
enum Linking {
  /** Position independent, with the loader and shared libraries: the distribution's default. */
  DYNAMIC("-pie"),
  /** At fixed addresses, with the loader and shared libraries. */
  NO_PIE("-no-pie"),
  /** At fixed addresses, no loader. */
  STATIC("-static"),
  /** Position independent, no loader: relocates itself. */
  STATIC_PIE("-static-pie");

  private final String option;

  Linking(String option) {
    this.option = option;
  }

  /** gcc's options for it. */
  List<String> options() {
    String code = this == DYNAMIC || this == STATIC_PIE ? "-fPIE" : "-fno-pie";
    return List.of(code, option);
  }
}

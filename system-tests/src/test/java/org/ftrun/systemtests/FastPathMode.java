package org.ftrun.systemtests;

import java.util.List;
import java.util.Locale;

/** Whether a service's calls are recorded and replayed inside its processes. */
enum FastPathMode {
  ON,
  OFF;

  /** What tests use that do not choose: the system property {@code ftrun.fast-path}, else on. */
  static FastPathMode byDefault() {
    return valueOf(System.getProperty("ftrun.fast-path", "on").toUpperCase(Locale.ROOT));
  }

  /** ftrun's options for it. */
  List<String> options() {
    return List.of("--fast-path", name().toLowerCase(Locale.ROOT));
  }
}

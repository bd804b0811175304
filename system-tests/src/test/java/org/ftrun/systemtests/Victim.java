package org.ftrun.systemtests;

import java.util.List;

/** Which process of a service is killed. */
enum Victim {
  /** The one that the user has started. */
  ROOT {
    @Override
    int choose(int kill, int processes) {
      return 0;
    }
  },
  /** The root, then all others, one at each kill. */
  EACH_IN_TURN {
    @Override
    int choose(int kill, int processes) {
      return (kill - 1) % processes;
    }
  },
  /** The root and another one, alternately. */
  ROOT_AND_OTHERS {
    @Override
    int choose(int kill, int processes) {
      return kill % 2 == 1 || processes == 1 ? 0 : 1 + (kill / 2 - 1) % (processes - 1);
    }
  };

  /**
   * The place of the one to be killed.
   *
   * @param kill from 1 on
   * @param processes how many there are
   */
  abstract int choose(int kill, int processes);

  /** The pid of the one to be killed. */
  final long of(ServiceStatus status, int kill) {
    List<Long> processes = status.processes();
    return processes.get(choose(kill, processes.size()));
  }
}

package org.ftrun.systemtests;

import java.io.IOException;
import java.util.List;

/** Several conversations at once. */
record Crowd(List<? extends Conversation> members) implements Conversation {

  @Override
  public long progress() {
    return members.stream().mapToLong(Conversation::progress).sum();
  }

  @Override
  public void check() {
    members.forEach(Conversation::check);
  }

  @Override
  public void finish() throws Exception {
    for (Conversation member : members) {
      member.finish();
    }
  }

  @Override
  public void close() throws IOException {
    for (Conversation member : members) {
      member.close();
    }
  }
}

package org.ftrun.systemtests;

import java.io.IOException;

/** Clients that talk with a server and check every byte or line of it; the load of a kill storm. */
interface Conversation extends AutoCloseable {

  /** How much has come back and was right so far; grows as long as the conversation goes on. */
  long progress();

  /**
   * Fails if anything was wrong so far.
   *
   * @throws AssertionError with what was wrong
   */
  void check();

  /**
   * Ends the conversation in order: all that was said must be answered.
   *
   * @throws AssertionError if something was wrong or did not come in time
   */
  void finish() throws Exception;

  @Override
  void close() throws IOException;
}

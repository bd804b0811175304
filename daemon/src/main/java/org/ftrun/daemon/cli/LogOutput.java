package org.ftrun.daemon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where ftrun's own messages go: stderr, each with the prefix "ftrun:", or a file. */
final class LogOutput {
  /** One line a message, no stack traces: they are for the file. */
  private static final String TERMINAL = "ftrun: %replace(%msg){'[\r\n]+', ' '}%n%nopex";

  private static final String FILE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %msg%n";

  private LogOutput() {}

  /** The levels of --log-level. */
  enum LogLevel {
    OFF,
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /**
   * Directs the log.
   *
   * @param file the file to append to, or null for stderr
   * @throws UserError if the file cannot be written
   */
  static void direct(LogLevel level, Path file) throws UserError {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    OutputStreamAppender<ILoggingEvent> appender =
        file == null ? new ConsoleAppender<>() : new FileAppender<>();
    if (appender instanceof ConsoleAppender<ILoggingEvent> console) {
      console.setTarget("System.err");
    }
    if (appender instanceof FileAppender<ILoggingEvent> toFile) {
      checkWritable(file);
      toFile.setFile(file.toString());
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(file == null ? TERMINAL : FILE);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.valueOf(level.name()));
    root.addAppender(appender);
  }

  private static void checkWritable(Path file) throws UserError {
    try {
      Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    } catch (IOException e) {
      throw new UserError(UserError.FTRUN_FAILED, "cannot write the log file " + file);
    }
  }
}

package org.queqiao.eventlog.disk;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One folder of files. What is written survives a crash only after {@link DiskFile#force()}; a name
 * that was created, renamed or deleted survives only after {@link #forceNames()}.
 */
public interface Disk {

  /** Names of the files, sorted. */
  List<String> names() throws IOException;

  /** Opens a file that exists. */
  DiskFile open(String name) throws IOException;

  /** Creates an empty file; one that exists under this name is emptied. */
  DiskFile create(String name) throws IOException;

  /** Gives a file another name, in one step, replacing what had it. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file if it exists. */
  void delete(String name) throws IOException;

  /** Makes all creations, renames and deletions durable. */
  void forceNames() throws IOException;

  /**
   * Takes the lock of that name, which ends with its holder's process.
   *
   * @return empty when somebody else holds it
   */
  Optional<DiskLock> tryLock(String name) throws IOException;

  /** Who holds the lock of that name, for messages; empty when it does not say. */
  String lockHolder(String name) throws IOException;

  /** Bytes that can still be written. */
  long usableBytes() throws IOException;

  /** The file as a person would find it, for messages. */
  String describe(String name);
}

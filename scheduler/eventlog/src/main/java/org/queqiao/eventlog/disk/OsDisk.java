package org.queqiao.eventlog.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A folder of the operating system. */
public final class OsDisk implements Disk {
  /**
   * Locks of this process. An operating system's lock belongs to the process and ends when any
   * descriptor of the file is closed, so a file that is locked here must not even be opened again.
   */
  private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final boolean readOnly;
  private volatile FileStore store;

  private OsDisk(Path folder, boolean readOnly) {
    this.folder = folder;
    this.readOnly = readOnly;
  }

  /** The folder, created with its parents where it does not exist. */
  public static OsDisk open(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(absolute)) {
      Files.createDirectories(absolute);
      if (absolute.getParent() != null) {
        forceFolder(absolute.getParent());
      }
    }
    return new OsDisk(absolute, false);
  }

  /** The folder as it is: nothing can be changed through the result. */
  public static OsDisk openReadOnly(Path folder) {
    return new OsDisk(folder.toAbsolutePath().normalize(), true);
  }

  @Override
  public List<String> names() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Override
  public DiskFile open(String name) throws IOException {
    OpenOption[] options =
        readOnly
            ? new OpenOption[] {StandardOpenOption.READ}
            : new OpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE};
    return new OsFile(FileChannel.open(folder.resolve(name), options));
  }

  @Override
  public DiskFile create(String name) throws IOException {
    refuseIfReadOnly();
    return new OsFile(
        FileChannel.open(
            folder.resolve(name),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    refuseIfReadOnly();
    Files.move(
        folder.resolve(from),
        folder.resolve(to),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(String name) throws IOException {
    refuseIfReadOnly();
    Files.deleteIfExists(folder.resolve(name));
  }

  @Override
  public void forceNames() throws IOException {
    refuseIfReadOnly();
    forceFolder(folder);
  }

  @Override
  public Optional<DiskLock> tryLock(String name) throws IOException {
    refuseIfReadOnly();
    Path file = folder.toRealPath().resolve(name);
    if (!LOCKED_HERE.add(file)) {
      return Optional.empty();
    }
    FileLock lock = null;
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      lock = channel.tryLock();
      if (lock == null) {
        return Optional.empty();
      }
      byte[] holder = (ProcessHandle.current().pid() + "\n").getBytes(UTF_8);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(holder), 0);
      return Optional.of(new OsLock(file, channel, lock));
    } finally {
      if (lock == null) {
        LOCKED_HERE.remove(file);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  @Override
  public String lockHolder(String name) throws IOException {
    if (LOCKED_HERE.contains(folder.toRealPath().resolve(name))) {
      return Long.toString(ProcessHandle.current().pid());
    }
    byte[] text = new byte[20];
    try (FileChannel channel = FileChannel.open(folder.resolve(name), StandardOpenOption.READ)) {
      int count = Math.max(0, channel.read(ByteBuffer.wrap(text)));
      return new String(text, 0, count, UTF_8).strip();
    }
  }

  @Override
  public long usableBytes() throws IOException {
    FileStore known = store;
    if (known == null) {
      known = Files.getFileStore(folder);
      store = known;
    }
    return known.getUsableSpace();
  }

  @Override
  public String describe(String name) {
    return folder.resolve(name).toString();
  }

  private void refuseIfReadOnly() throws IOException {
    if (readOnly) {
      throw new IOException(folder + " is open for reading only");
    }
  }

  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** A file by its channel. */
  private record OsFile(FileChannel channel) implements DiskFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      return channel.read(target, offset);
    }

    @Override
    public int write(ByteBuffer source, long offset) throws IOException {
      return channel.write(source, offset);
    }

    @Override
    public void force() throws IOException {
      // The length is forced with the data; times and owners of the file are not needed again.
      channel.force(false);
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** A lock of the operating system, which ends with the process however that ends. */
  private record OsLock(Path file, FileChannel channel, FileLock lock) implements DiskLock {
    @Override
    public boolean isHeld() {
      return lock.isValid();
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException unreported) {
        // The descriptor is gone whatever close answers, and the lock with it.
      } finally {
        LOCKED_HERE.remove(file);
      }
    }
  }
}

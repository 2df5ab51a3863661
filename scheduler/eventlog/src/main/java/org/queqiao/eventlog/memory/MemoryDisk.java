package org.queqiao.eventlog.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.eventlog.disk.Disk;
import org.queqiao.eventlog.disk.DiskFile;
import org.queqiao.eventlog.disk.DiskLock;

/**
 * A disk in memory whose faults are ordered by its driver.
 *
 * <p>A machine's life ends with {@link #crash}: every file, lock and log opened before fails from
 * then on, and what a new log finds is what that crash left.
 */
public final class MemoryDisk implements Disk {
  /** Kernels shorten long writes, not ones that fit a sector. */
  private static final int LEAST_BYTES_PER_WRITE = 128;

  private static final String NO_SPACE = "No space left on device";

  private final List<TreeMap<String, MemoryFile>> unforcedNames = new ArrayList<>();
  private final Map<String, MemoryLock> locks = new TreeMap<>();
  private TreeMap<String, MemoryFile> names = new TreeMap<>();
  private TreeMap<String, MemoryFile> durableNames = new TreeMap<>();
  private long life = 1;
  private long capacityBytes = Long.MAX_VALUE / 4;
  private int mostBytesPerWrite = Integer.MAX_VALUE;
  private long misdirection;
  private int writesUntilFailure = -1;
  private int forcesUntilFailure = -1;
  private boolean readOnly;
  private long forces;

  /** Ends the machine's life. Faults that were ordered and have not happened are forgotten. */
  public synchronized void crash(Crash crash) {
    life++;
    locks.clear();
    switch (crash) {
      case Crash.Process process -> {}
      case Crash.PowerLoss powerLoss -> names = new TreeMap<>(durableNames);
      case Crash.Torn torn -> {}
      case Crash.Scattered scattered -> {
        int kept = scattered.random().nextInt(unforcedNames.size() + 1);
        names = new TreeMap<>(kept == 0 ? durableNames : unforcedNames.get(kept - 1));
      }
    }
    if (!(crash instanceof Crash.Process)) {
      durableNames = new TreeMap<>(names);
      unforcedNames.clear();
    }
    names.values().forEach(file -> file.crash(crash));
    mostBytesPerWrite = Integer.MAX_VALUE;
    misdirection = 0;
    writesUntilFailure = -1;
    forcesUntilFailure = -1;
    readOnly = false;
  }

  /** Sets how many bytes all files together may have. */
  public synchronized void setCapacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  /** A later write call fails with an input/output error, nothing of it written. */
  public synchronized void failWriteAfter(int goodWrites) {
    writesUntilFailure = goodWrites;
  }

  /**
   * A later force fails with an input/output error, and the next ones succeed without having
   * brought those bytes to the platter, as kernels do.
   */
  public synchronized void failForceAfter(int goodForces) {
    forcesUntilFailure = goodForces;
  }

  /** Each write call takes at most so many bytes, at least {@value #LEAST_BYTES_PER_WRITE}. */
  public synchronized void shortenWrites(int mostBytes) {
    mostBytesPerWrite = Math.max(mostBytes, LEAST_BYTES_PER_WRITE);
  }

  /** The next write goes so many bytes away from where it was told to. */
  public synchronized void misdirectNextWrite(long distanceBytes) {
    misdirection = distanceBytes;
  }

  /** Refuses every change from now on, as a file system that was remounted read-only. */
  public synchronized void setReadOnly(boolean newReadOnly) {
    readOnly = newReadOnly;
  }

  /** Flips a bit of what is stored. */
  public synchronized void flipBit(String name, long byteOffset, int bit) {
    MemoryFile file = existing(name);
    if (byteOffset < 0 || byteOffset >= file.size() || bit < 0 || bit > 7) {
      throw new IllegalArgumentException(
          name + " has " + file.size() + " bytes, there is no bit " + bit + " at " + byteOffset);
    }
    file.flipBit((int) byteOffset, bit);
  }

  /** Writes over what is stored, or behind it, durably. */
  public synchronized void overwrite(String name, long byteOffset, byte[] bytes) {
    MemoryFile file = existing(name);
    file.write(bytes.clone(), (int) byteOffset);
    file.force();
  }

  /** Cuts what is stored, durably. */
  public synchronized void cut(String name, long size) {
    MemoryFile file = existing(name);
    file.truncate((int) size);
    file.force();
  }

  /** Content of a file. */
  public synchronized byte[] bytes(String name) {
    return existing(name).bytes();
  }

  /** Takes all locks from their holders, as a store does whose writer was declared dead. */
  public synchronized void revokeLocks() {
    locks.clear();
  }

  /** How often a file was forced so far. */
  public synchronized long forces() {
    return forces;
  }

  @Override
  public synchronized List<String> names() {
    return List.copyOf(names.keySet());
  }

  @Override
  public synchronized DiskFile open(String name) throws IOException {
    MemoryFile file = names.get(name);
    if (file == null) {
      throw new IOException(describe(name) + " does not exist");
    }
    return new Handle(file, life);
  }

  @Override
  public synchronized DiskFile create(String name) throws IOException {
    refuseIfReadOnly();
    names.put(name, new MemoryFile());
    namesChanged();
    return open(name);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    refuseIfReadOnly();
    MemoryFile file = names.remove(from);
    if (file == null) {
      throw new IOException(describe(from) + " does not exist");
    }
    names.put(to, file);
    namesChanged();
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    refuseIfReadOnly();
    if (names.remove(name) != null) {
      namesChanged();
    }
  }

  @Override
  public synchronized void forceNames() throws IOException {
    refuseIfReadOnly();
    durableNames = new TreeMap<>(names);
    unforcedNames.clear();
  }

  @Override
  public synchronized Optional<DiskLock> tryLock(String name) {
    if (locks.containsKey(name)) {
      return Optional.empty();
    }
    MemoryLock lock = new MemoryLock(name);
    locks.put(name, lock);
    return Optional.of(lock);
  }

  @Override
  public String lockHolder(String name) {
    return "in this simulation";
  }

  @Override
  public synchronized long usableBytes() {
    return Math.max(0, capacityBytes - usedBytes());
  }

  @Override
  public String describe(String name) {
    return "memory:" + name;
  }

  private long usedBytes() {
    return names.values().stream().mapToLong(MemoryFile::size).sum();
  }

  private MemoryFile existing(String name) {
    MemoryFile file = names.get(name);
    if (file == null) {
      throw new IllegalArgumentException(describe(name) + " does not exist");
    }
    return file;
  }

  private void namesChanged() {
    unforcedNames.add(new TreeMap<>(names));
  }

  private void refuseIfReadOnly() throws IOException {
    if (readOnly) {
      throw new IOException("Read-only file system");
    }
  }

  /** An open file, which dies with the machine. */
  private final class Handle implements DiskFile {
    private final MemoryFile file;
    private final long openedInLife;

    Handle(MemoryFile file, long openedInLife) {
      this.file = file;
      this.openedInLife = openedInLife;
    }

    @Override
    public long size() throws IOException {
      synchronized (MemoryDisk.this) {
        requireLife();
        return file.size();
      }
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      synchronized (MemoryDisk.this) {
        requireLife();
        if (offset >= file.size()) {
          return -1;
        }
        int at = target.arrayOffset() + target.position();
        int count = file.read(target.array(), at, target.remaining(), offset);
        target.position(target.position() + count);
        return count;
      }
    }

    @Override
    public int write(ByteBuffer source, long offset) throws IOException {
      synchronized (MemoryDisk.this) {
        requireLife();
        refuseIfReadOnly();
        if (writesUntilFailure >= 0 && writesUntilFailure-- == 0) {
          throw new IOException("Input/output error");
        }
        long growth = Math.max(0, offset + source.remaining() - file.size());
        long missing = Math.max(0, growth - usableBytes());
        int count = (int) Math.min(source.remaining() - missing, mostBytesPerWrite);
        if (count <= 0 && source.hasRemaining()) {
          throw new IOException(NO_SPACE);
        }
        byte[] bytes = new byte[count];
        source.get(bytes);
        file.write(bytes, Math.toIntExact(Math.max(0, offset + misdirection)));
        misdirection = 0;
        return count;
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (MemoryDisk.this) {
        requireLife();
        if (forcesUntilFailure >= 0 && forcesUntilFailure-- == 0) {
          file.forgetUnforced();
          throw new IOException("Input/output error");
        }
        forces++;
        file.force();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (MemoryDisk.this) {
        requireLife();
        refuseIfReadOnly();
        file.truncate(Math.toIntExact(size));
      }
    }

    @Override
    public void close() {}

    private void requireLife() throws IOException {
      if (openedInLife != life) {
        throw new IOException("the machine that opened this file has crashed");
      }
    }
  }

  /** A lock of one life of the machine. */
  private final class MemoryLock implements DiskLock {
    private final String name;

    MemoryLock(String name) {
      this.name = name;
    }

    @Override
    public boolean isHeld() {
      synchronized (MemoryDisk.this) {
        return locks.get(name) == this;
      }
    }

    @Override
    public void close() {
      synchronized (MemoryDisk.this) {
        locks.remove(name, this);
      }
    }
  }
}

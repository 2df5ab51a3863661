package org.queqiao.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that takes long to make: made once in this JVM, and copied for each test that wants one
 * of its own. It is gone with the JVM.
 */
public final class MadeOnce {
  private final Maker maker;
  private final Path constant;
  private Path made;

  /** Makes it, where nothing is yet. */
  public interface Maker {
    void make(Path folder) throws Exception;
  }

  /**
   * What is made by it.
   *
   * @param constant a folder in it whose files nobody writes to: they are linked, not copied
   */
  public MadeOnce(Maker maker, String constant) {
    this.maker = maker;
    this.constant = Path.of(constant);
  }

  /** Copies it to where nothing is yet. */
  public synchronized void copyTo(Path target) throws Exception {
    if (made == null) {
      Path folder = Files.createTempDirectory("queqiao-made-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
      maker.make(folder.resolve("made"));
      made = folder.resolve("made");
    }
    try (Stream<Path> all = Files.walk(made)) {
      for (Path each : all.toList()) {
        Path inside = made.relativize(each);
        boolean isFile = Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS);
        if (isFile && inside.startsWith(constant)) {
          Files.createLink(target.resolve(inside), each);
        } else {
          Files.copy(
              each,
              target.resolve(inside),
              StandardCopyOption.COPY_ATTRIBUTES,
              LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    } catch (IOException e) {
      System.err.println("not deleted: " + folder + ": " + e);
    }
  }
}

package org.queqiao.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The modules of the house on disk: their sources and their compiled classes. */
final class House {
  static final Path ROOT = root();

  /** The folders of all modules with Java in them. */
  static final List<String> MODULES =
      List.of(
          "scheduler/testkit",
          "scheduler/contract",
          "scheduler/core",
          "scheduler/eventlog",
          "scheduler/runtime",
          "scheduler/simulator",
          "scheduler/server",
          "accounting",
          "node-agent",
          "benchmarks");

  private House() {}

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("queqiao"))) {
      at = at.getParent();
    }
    return at;
  }

  /** The compiled main classes of every module that this build has compiled before these tests. */
  static JavaClasses classes() {
    return new ClassFileImporter().importPaths(classFolders());
  }

  static List<Path> classFolders() {
    return MODULES.stream()
        .map(module -> ROOT.resolve(module).resolve("target/classes"))
        .filter(Files::isDirectory)
        .toList();
  }

  /** All files below some folders that end like this. */
  static List<Path> files(List<Path> folders, String ending) {
    return folders.stream().flatMap(folder -> files(folder, ending).stream()).toList();
  }

  private static List<Path> files(Path folder, String ending) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(each -> each.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The hand-written main sources of every module. */
  static List<Path> sources() {
    return files(
        MODULES.stream().map(module -> ROOT.resolve(module).resolve("src/main/java")).toList(),
        ".java");
  }

  /** The SQL migrations of every module. */
  static List<Path> migrations() {
    return files(
        MODULES.stream()
            .map(module -> ROOT.resolve(module).resolve("src/main/resources/db/migration"))
            .toList(),
        ".sql");
  }
}

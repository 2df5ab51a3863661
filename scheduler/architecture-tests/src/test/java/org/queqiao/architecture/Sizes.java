package org.queqiao.architecture;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Measures files and functions, in lines, with the compiler's own parser. */
final class Sizes {
  static final int FILE_LINES = 500;
  static final int FUNCTION_LINES = 60;

  private Sizes() {}

  /**
   * What is larger than the house likes.
   *
   * @return {@code file} or {@code file#function} to its lines, for those past the sizes above
   */
  static Map<String, Integer> oversized(Path root, List<Path> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, Integer> found = new TreeMap<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("--release", "25"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        measure(root, unit, positions, found);
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void measure(
      Path root, CompilationUnitTree unit, SourcePositions positions, Map<String, Integer> found) {
    String name = root.relativize(Path.of(unit.getSourceFile().toUri())).toString();
    LineMap lines = unit.getLineMap();
    int fileLines = (int) lines.getLineNumber(positions.getEndPosition(unit, unit));
    if (fileLines > FILE_LINES) {
      found.put(name, fileLines);
    }
    unit.accept(
        new TreeScanner<Void, Void>() {
          @Override
          public Void visitMethod(MethodTree method, Void unused) {
            long start = positions.getStartPosition(unit, method);
            long end = positions.getEndPosition(unit, method);
            if (start >= 0 && end >= 0) {
              int length = (int) (lines.getLineNumber(end) - lines.getLineNumber(start) + 1);
              if (length > FUNCTION_LINES) {
                found.merge(name + "#" + method.getName(), length, Math::max);
              }
            }
            return super.visitMethod(method, unused);
          }
        },
        null);
  }
}

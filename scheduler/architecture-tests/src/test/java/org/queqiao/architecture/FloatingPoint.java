package org.queqiao.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Finds floating-point arithmetic inside methods, which signatures do not show. */
final class FloatingPoint {
  /** Instructions on doubles and floats begin so, or end in a conversion to them. */
  private static final Pattern FLOATING =
      Pattern.compile(
          "^[DF](ADD|SUB|MUL|DIV|REM|NEG|CMP|LOAD|STORE|CONST|RETURN|ALOAD|ASTORE).*|.*2[DF]$|^[DF]2.*");

  private FloatingPoint() {}

  /** The methods of a class file that count with doubles or floats. */
  static List<String> methods(Path classFile) {
    try {
      ClassModel model = ClassFile.of().parse(Files.readAllBytes(classFile));
      List<String> found = new ArrayList<>();
      for (MethodModel method : model.methods()) {
        boolean floating =
            method.code().isPresent()
                && method.code().get().elementStream().anyMatch(FloatingPoint::isFloating);
        if (floating) {
          found.add(model.thisClass().asInternalName() + "." + method.methodName().stringValue());
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isFloating(CodeElement element) {
    return element instanceof Instruction instruction
        && FLOATING.matcher(instruction.opcode().name()).matches();
  }
}

package org.queqiao.core.admission;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;

/** Whether the fields of a submission are right in themselves, whatever the cluster is like. */
final class JobRequestCheck {
  static final int MAX_NAME_CHARACTERS = 128;
  static final int MAX_SCRIPT_BYTES = 1 << 20;
  static final int MAX_ENVIRONMENT_BYTES = 256 << 10;
  static final int MAX_NODES = 100_000;
  static final int MAX_TASKS = 10_000_000;
  static final int MAX_CPUS_PER_TASK = 65_536;
  static final int MAX_GRES = 16;
  static final int MAX_GRES_COUNT = 1024;
  static final long MAX_MEM_BYTES = 1L << 50;

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern GRES_NAME = Pattern.compile("[a-z][a-z0-9_]{0,31}");
  private static final Pattern GRES_TYPE = Pattern.compile("[A-Za-z0-9_.-]{0,64}");

  private JobRequestCheck() {}

  /** The first thing that is wrong, if anything is. */
  static Optional<Rejection> check(JobRequest request) {
    return script(request.script())
        .or(() -> request.name() == null ? Optional.empty() : name(request.name()))
        .or(() -> request.endUser() == null ? Optional.empty() : endUser(request.endUser()))
        .or(() -> shape(request))
        .or(() -> gres("gres", request.gres()))
        .or(() -> limit(request.limitMs()))
        .or(() -> workDir(request.workDir()))
        .or(() -> environment(request.environment()))
        .or(() -> path("stdoutPath", request.stdoutPath()))
        .or(() -> path("stderrPath", request.stderrPath()))
        .or(() -> array(request.array()));
  }

  private static Optional<Rejection> script(byte[] script) {
    if (script == null || script.length == 0) {
      return wrong("script", "the script is empty: send a batch script that begins with #!");
    }
    if (script.length > MAX_SCRIPT_BYTES) {
      return wrong(
          "script",
          "the script has "
              + script.length
              + " bytes, more than "
              + MAX_SCRIPT_BYTES
              + ": keep data in files and let the script read them");
    }
    if (startsWith(script, 0xEF, 0xBB, 0xBF)
        || startsWith(script, 0xFE, 0xFF)
        || startsWith(script, 0xFF, 0xFE)) {
      return wrong(
          "script",
          "the script begins with a byte order mark (BOM): save it as plain UTF-8 without BOM");
    }
    if (!startsWith(script, '#', '!')) {
      return wrong(
          "script", "the script does not begin with #!: name its interpreter, such as #!/bin/bash");
    }
    int line = 1;
    for (int i = 0; i < script.length; i++) {
      if (script[i] == 0) {
        return wrong("script", "the script has a NUL byte in line " + line + ": it is no text");
      }
      if (script[i] == '\r') {
        boolean windows = i + 1 < script.length && script[i + 1] == '\n';
        return wrong(
            "script",
            windows
                ? "line "
                    + line
                    + " of the script ends with CRLF, the line ending of Windows:"
                    + " convert the file, for example by dos2unix"
                : "the script has a carriage return (CR) in line " + line + ": remove it");
      }
      line += script[i] == '\n' ? 1 : 0;
    }
    return Optional.empty();
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    for (int i = 0; i < prefix.length; i++) {
      if (i >= bytes.length || Byte.toUnsignedInt(bytes[i]) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Rejection> name(String name) {
    String problem = TextRules.problemOfLine(name, MAX_NAME_CHARACTERS);
    return problem == null ? Optional.empty() : wrong("name", "the job name " + problem);
  }

  private static Optional<Rejection> endUser(String endUser) {
    String problem = TextRules.problemOfLine(endUser, MAX_NAME_CHARACTERS);
    return problem == null ? Optional.empty() : wrong("endUser", "the end user " + problem);
  }

  static Optional<Rejection> shape(JobRequest request) {
    return range("nodes", request.nodes(), 1, MAX_NODES)
        .or(() -> range("tasks", request.tasks(), 1, MAX_TASKS))
        .or(() -> range("cpusPerTask", request.cpusPerTask(), 1, MAX_CPUS_PER_TASK))
        .or(() -> range("memBytes", request.memBytes(), 0, MAX_MEM_BYTES))
        .or(() -> shapeTogether(request));
  }

  private static Optional<Rejection> shapeTogether(JobRequest request) {
    int nodes = request.nodes() == null ? 1 : request.nodes();
    int tasks = request.tasks() == null ? nodes : request.tasks();
    int cpusPerTask = request.cpusPerTask() == null ? 1 : request.cpusPerTask();
    if (tasks < nodes) {
      return wrong(
          "tasks",
          tasks
              + " tasks on "
              + nodes
              + " nodes leave nodes without work: ask for at least "
              + nodes
              + " tasks or at most "
              + tasks
              + " nodes");
    }
    long cores = Math.multiplyExact((long) tasks, (long) cpusPerTask);
    return cores > Integer.MAX_VALUE
        ? wrong("tasks", tasks + " tasks of " + cpusPerTask + " cores are more than can be counted")
        : Optional.empty();
  }

  private static Optional<Rejection> range(String field, Number value, long least, long most) {
    if (value == null || (value.longValue() >= least && value.longValue() <= most)) {
      return Optional.empty();
    }
    return wrong(field, field + " is " + value + ": it must be from " + least + " to " + most);
  }

  static Optional<Rejection> gres(String field, List<GresRequest> requests) {
    if (requests == null) {
      return Optional.empty();
    }
    if (requests.size() > MAX_GRES) {
      return wrong(field, "more than " + MAX_GRES + " generic resources are asked for");
    }
    TreeSet<String> seen = new TreeSet<>();
    for (GresRequest each : requests) {
      if (each.name() == null
          || each.type() == null
          || !GRES_NAME.matcher(each.name()).matches()
          || !GRES_TYPE.matcher(each.type()).matches()) {
        return wrong(
            field,
            "a generic resource has a name like gpu ("
                + GRES_NAME.pattern()
                + ") and a type or an empty one ("
                + GRES_TYPE.pattern()
                + ")");
      }
      if (each.count() < 1 || each.count() > MAX_GRES_COUNT) {
        return wrong(
            field,
            "the count of "
                + each.name()
                + " is "
                + each.count()
                + ": it must be from 1 to "
                + MAX_GRES_COUNT);
      }
      if (!seen.add(each.name() + ":" + each.type())) {
        return wrong(field, each.name() + ":" + each.type() + " is asked for twice: add them up");
      }
    }
    return Optional.empty();
  }

  private static Optional<Rejection> array(String array) {
    String problem = array == null ? null : ArrayText.read(array).problem();
    return problem == null ? Optional.empty() : wrong("array", "the array " + problem);
  }

  private static Optional<Rejection> limit(Long limitMs) {
    return limitMs != null && limitMs <= 0
        ? wrong("limitMs", "limitMs is " + limitMs + ": a time limit is positive, in milliseconds")
        : Optional.empty();
  }

  private static Optional<Rejection> workDir(String workDir) {
    if (workDir == null || workDir.isEmpty()) {
      return Optional.empty();
    }
    return workDir.startsWith("/")
        ? path("workDir", workDir)
        : wrong("workDir", "workDir must be an absolute path that begins with /");
  }

  private static Optional<Rejection> path(String field, String path) {
    String problem = path == null || path.isEmpty() ? null : TextRules.problemOfPath(path);
    return problem == null ? Optional.empty() : wrong(field, field + " " + problem);
  }

  private static Optional<Rejection> environment(SortedMap<String, String> environment) {
    if (environment == null) {
      return Optional.empty();
    }
    long bytes = 0;
    for (Map.Entry<String, String> each : environment.entrySet()) {
      if (!VARIABLE.matcher(each.getKey()).matches()) {
        return wrong(
            "environment",
            "a variable has a name that is not " + VARIABLE.pattern() + ": rename or leave it out");
      }
      String value = each.getValue();
      if (value == null || value.indexOf(0) >= 0 || !TextRules.isWellFormed(value)) {
        return wrong(
            "environment",
            "the value of " + each.getKey() + " is missing, has a NUL, or is no valid text");
      }
      // Name, value, the equals sign and the closing NUL, as the kernel counts them.
      bytes += each.getKey().length() + value.getBytes(StandardCharsets.UTF_8).length + 2L;
      if (bytes > MAX_ENVIRONMENT_BYTES) {
        return wrong(
            "environment",
            "the environment is larger than "
                + MAX_ENVIRONMENT_BYTES
                + " bytes: set variables in the script instead");
      }
    }
    return Optional.empty();
  }

  private static Optional<Rejection> wrong(String field, String message) {
    return Optional.of(new Rejection(Code.INVALID, field, message));
  }
}

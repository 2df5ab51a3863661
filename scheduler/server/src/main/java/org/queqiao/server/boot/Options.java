package org.queqiao.server.boot;

import java.nio.file.Path;
import java.util.List;
import org.queqiao.server.config.ConfigException;
import org.queqiao.server.config.ServerConfig;

/**
 * The command line of a server.
 *
 * @param data the data folder
 * @param config the configuration file
 * @param port replaces {@code http.port}, or -1
 * @param keptPort of an earlier start, where neither the command line nor the configuration names
 *     one, or -1
 * @param demoUnixUsers whom the demo's researchers run as; empty without the demo
 * @param jobProgram the command of jobs where the configuration names none, or empty
 * @param owner the operating-system user who owns the data folder and started this
 */
public record Options(
    Path data,
    Path config,
    int port,
    int keptPort,
    List<String> demoUnixUsers,
    String jobProgram,
    String owner) {
  /** How it is written. */
  public static final String USAGE =
      "--data DIR [--port P] [--kept-port P] [--config FILE] [--owner USER] [--job-program PATH] [--demo --demo-unix-users A[,B]]";

  /**
   * Reads the arguments.
   *
   * @throws ConfigException with what is wrong
   */
  public static Options parse(String[] arguments) {
    Path data = null;
    Path config = null;
    int port = -1;
    int keptPort = -1;
    boolean demo = false;
    String owner = System.getProperty("user.name");
    String jobProgram = "";
    List<String> users = List.of();
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i];
      if (name.equals("--demo")) {
        demo = true;
        continue;
      }
      if (i + 1 == arguments.length) {
        throw new ConfigException(name + " needs a value; the options are " + USAGE);
      }
      String value = arguments[++i];
      switch (name) {
        case "--data" -> data = Path.of(value).toAbsolutePath().normalize();
        case "--config" -> config = Path.of(value).toAbsolutePath();
        case "--port" -> port = port(name, value);
        case "--kept-port" -> keptPort = port(name, value);
        case "--job-program" -> jobProgram = ServerConfig.Agents.program(name, value);
        case "--owner" -> owner = value;
        case "--demo-unix-users" -> users = List.of(value.split(","));
        default -> throw new ConfigException("there is no option " + name + "; they are " + USAGE);
      }
    }
    if (data == null) {
      throw new ConfigException("--data is needed; the options are " + USAGE);
    }
    return new Options(
        data,
        config == null ? data.resolve("queqiao.yaml") : config,
        port,
        keptPort,
        !demo ? List.of() : users.isEmpty() ? List.of(owner) : users,
        jobProgram,
        owner);
  }

  /**
   * Where to listen: the command line, then the configuration, then the port of an earlier start.
   */
  int portWith(ServerConfig config) {
    if (port >= 0) {
      return port;
    }
    return keptPort >= 0 && !config.sets("http.port") ? keptPort : config.http().port();
  }

  /** The command of jobs on every node: the configuration, then the command line. */
  String jobProgramWith(ServerConfig config) {
    return config.sets("agents.jobProgram") ? config.agents().jobProgram() : jobProgram;
  }

  private static int port(String name, String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ConfigException(name + " takes a number from 0 to 65535, not '" + text + "'");
  }
}

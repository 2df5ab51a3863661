package org.queqiao.contract.policy;

import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;

/** Whom the rules of the site are about. */
public sealed interface Subject extends Comparable<Subject> {
  /** The whole centre. */
  record Centre() implements Subject {}

  /** All projects of a service platform. */
  record Platform(PlatformName name) implements Subject {}

  /** A project. */
  record Project(ProjectName name) implements Subject {}

  /** A user inside one project. */
  record Member(ProjectName project, UserName user) implements Subject {}

  /** A user in all projects. */
  record User(UserName name) implements Subject {}

  /** A quality of service. */
  record Qos(QosName name) implements Subject {}

  /** A partition. */
  record Partition(PartitionName name) implements Subject {}

  /** The kind in one word. */
  default String kind() {
    return switch (this) {
      case Centre _ -> "centre";
      case Platform _ -> "platform";
      case Project _ -> "project";
      case Member _ -> "member";
      case User _ -> "user";
      case Qos _ -> "qos";
      case Partition _ -> "partition";
    };
  }

  /** Which one of its kind; the parts of a member are joined by a colon, no name has one. */
  default String label() {
    return switch (this) {
      case Centre _ -> "";
      case Platform(PlatformName name) -> name.value();
      case Project(ProjectName name) -> name.value();
      case Member(ProjectName project, UserName user) -> project + ":" + user;
      case User(UserName name) -> name.value();
      case Qos(QosName name) -> name.value();
      case Partition(PartitionName name) -> name.value();
    };
  }

  /**
   * The subject of a kind and name.
   *
   * @throws IllegalArgumentException when there is no such kind, or the name is none
   */
  static Subject of(String kind, String name) {
    return switch (kind) {
      case "centre" -> new Centre();
      case "platform" -> new Platform(new PlatformName(name));
      case "project" -> new Project(new ProjectName(name));
      case "member" -> {
        int colon = name.indexOf(':');
        if (colon < 0) {
          throw new IllegalArgumentException("a member is written PROJECT:USER");
        }
        yield new Member(
            new ProjectName(name.substring(0, colon)), new UserName(name.substring(colon + 1)));
      }
      case "user" -> new User(new UserName(name));
      case "qos" -> new Qos(new QosName(name));
      case "partition" -> new Partition(new PartitionName(name));
      default ->
          throw new IllegalArgumentException(
              "a subject is a centre, platform, project, member, user, qos or partition");
    };
  }

  @Override
  default int compareTo(Subject other) {
    int byKind = kind().compareTo(other.kind());
    return byKind != 0 ? byKind : label().compareTo(other.label());
  }
}

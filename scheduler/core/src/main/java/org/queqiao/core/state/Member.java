package org.queqiao.core.state;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/** A user inside a project: the leaf of the fair-share tree. */
public record Member(ProjectName project, UserName user) implements Comparable<Member> {
  @Override
  public int compareTo(Member other) {
    int byProject = project.compareTo(other.project);
    return byProject != 0 ? byProject : user.compareTo(other.user);
  }
}

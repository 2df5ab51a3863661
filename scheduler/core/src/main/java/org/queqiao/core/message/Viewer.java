package org.queqiao.core.message;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/** Who asks: whose jobs an answer may name. */
public interface Viewer {
  /** The owner of the site, who sees everything. */
  Viewer OWNER =
      new Viewer() {
        @Override
        public boolean everything() {
          return true;
        }

        @Override
        public boolean sees(UserName owner, ProjectName project) {
          return true;
        }
      };

  /** Whether nothing is kept from this one. */
  boolean everything();

  /** Whether jobs of a user in a project may be named. */
  boolean sees(UserName owner, ProjectName project);
}

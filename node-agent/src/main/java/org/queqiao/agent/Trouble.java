package org.queqiao.agent;

/** What is in the way, told once and not with every attempt. */
public final class Trouble {
  private String said = "";

  public void say(String trouble) {
    if (!said.equals(trouble)) {
      said = trouble;
      AgentLog.warn(trouble);
    }
  }

  /** It is over: the same is news again. */
  public void over() {
    said = "";
  }
}

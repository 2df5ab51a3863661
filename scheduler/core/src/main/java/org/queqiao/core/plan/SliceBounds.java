package org.queqiao.core.plan;

/**
 * How far one slice of a pass goes at most, so that inputs never wait long behind it. It is never
 * time that ends a slice, so every machine decides alike; and where a pass is cut makes no
 * difference to what starts.
 *
 * @param steps how many steps; a step looks at a job or at a node
 * @param starts how many runs it starts
 */
public record SliceBounds(long steps, int starts) {
  /** Of a machine that serves. */
  public static final SliceBounds LIVE = new SliceBounds(200_000, 256);
}

package org.queqiao.core.plan;

/** At which times nodes are kept for jobs other than those of a demand. */
interface KeptNodes {
  /** No node at any time. */
  KeptNodes NONE =
      new KeptNodes() {
        private final int[] nothing = {};

        @Override
        public int[] nodes() {
          return nothing;
        }

        @Override
        public boolean clear(int node, long until) {
          return true;
        }

        @Override
        public long earliest(int node, long from, long duration) {
          return from;
        }
      };

  /** Nodes that are kept for others at some time, in order; the answer stays. */
  int[] nodes();

  /**
   * Whether a node is kept for nobody else from now to a moment. What is kept now stays so until
   * that is said to be over, whatever its time.
   */
  boolean clear(int node, long until);

  /**
   * The earliest moment from which a node is kept for nobody else for so long.
   *
   * @param from not before this moment
   */
  long earliest(int node, long from, long duration);
}

/**
 * Maps the records of the contract to the Protocol Buffers messages of {@code src/main/protobuf}
 * and back. The only package of the house that knows Protocol Buffers.
 */
package org.queqiao.contract.codec;

package org.ftrun.eventlog;

/**
 * Where every byte of an event log lies. All numbers are little endian; offsets are from the start
 * of the file.
 *
 * <pre>
 *       0  +--------------------------------------------------------------+
 *          | magic u64 | version u32 | slots u32 | payload bytes u64      |
 *          | segment bytes u64 |            (zero)                        |
 *      64  +--------------------------------------------------------------+
 *          | cursor i64: the last published sequence, -1 at first         |
 *     128  +--------------------------------------------------------------+
 *          | sequence i64 of consumer 0 (REPLICA)                         |
 *     192  | ... 1 (SHADOW), 256: 2 (STATISTICS), 320: 3 (SPARE)          |
 *     384  +--------------------------------------------------------------+
 *          | active consumers u64: bit n is set while consumer n gates    |
 *     448  +--------------------------------------------------------------+
 *          | role word 0 u64                                              |
 *     512  | ... 1 to 15, each on its own line of 64 bytes, up to 1472    |
 *    1472  +--------------------------------------------------------------+
 *          | payload bytes of all published events u64, the writer's own  |
 *    1480  | six arguments u64 of the call in the next slot, if that is   |
 *          | the service's own thread's and not published                 |
 *    1528  | of a draft in its payload: where its pieces are u32, from    |
 *          | the payload's begin | 1532 all its bytes u32                 |
 *    4096  +--------------------------------------------------------------+
 *          | slot 0, 64 bytes:                                            |
 *          |   0 kind u8 | 1 flags u8 | 2 syscall u16 | 4 thread id i32   |
 *          |   8 result i64                                               |
 *          |  16 digest u64 of the arguments                              |
 *          |  24 payload position u64 (virtual)                           |
 *          |  32 payload length u32  | 36 descriptor i32, -1 if none      |
 *          |  40 site u64                                                 |
 *          |  48 detail u64, free for the kind                            |
 *          |  56 sequence u64, the event's own                            |
 *          +--------------------------------------------------------------+
 *          | slots 1 to slots - 1; event n is in slot n mod slots         |
 *  4096 +  +--------------------------------------------------------------+
 *  64 *    | payload ring, page aligned; virtual position p is at         |
 *  slots   | p mod payload bytes                                          |
 *          +--------------------------------------------------------------+
 * </pre>
 *
 * <p>Payload positions only grow and are multiples of {@value #PAYLOAD_ALIGNMENT}. An event's
 * payload is contiguous and never crosses the end of a segment (at most 1 GiB, so that one Java
 * buffer maps it), hence never the end of the ring either: what is left of the segment is padding,
 * and the payload starts in the next one. A writer may leave more out: all up to the ring's end, if
 * the beginning is free.
 *
 * @param slots number of slots, a power of two from {@value #MIN_SLOTS} to {@value #MAX_SLOTS}
 * @param payloadBytes size of the payload ring in bytes, a power of two from 1 MiB to 4 GiB
 */
public record EventLogLayout(int slots, long payloadBytes) {
  /** "ftrunlog" in the order of the bytes. */
  public static final long MAGIC = 0x676f_6c6e_7572_7466L;

  /** Version of this layout; another version is another layout. */
  public static final int VERSION = 4;

  /** Bytes of a cache line on x86-64: words that different cores write lie this far apart. */
  public static final int CACHE_LINE_BYTES = 64;

  public static final int MAGIC_OFFSET = 0;
  public static final int VERSION_OFFSET = 8;
  public static final int SLOTS_COUNT_OFFSET = 12;
  public static final int PAYLOAD_BYTES_OFFSET = 16;
  public static final int SEGMENT_BYTES_OFFSET = 24;
  public static final int CURSOR_OFFSET = 64;
  public static final int CONSUMER_SEQUENCES_OFFSET = 128;
  public static final int ACTIVE_CONSUMERS_OFFSET = 384;
  public static final int ROLE_WORDS_OFFSET = 448;
  public static final int PAYLOAD_SUM_OFFSET = 1472;

  /** The six arguments of an unpublished event's call, on a line that is written anyway. */
  public static final int ARGUMENTS_OFFSET = 1480;

  /** Where in the payload of an unpublished event the pieces of its draft are. */
  public static final int DRAFT_PIECES_OFFSET = 1528;

  /** Bytes of that draft. */
  public static final int DRAFT_ROOM_OFFSET = 1532;

  /** Number of role words. */
  public static final int ROLE_WORDS = 16;

  /** Bytes of the header, one page. The slots follow. */
  public static final int HEADER_BYTES = 4096;

  public static final int SLOT_BYTES = 64;
  public static final int SLOT_KIND_OFFSET = 0;
  public static final int SLOT_FLAGS_OFFSET = 1;
  public static final int SLOT_SYSCALL_OFFSET = 2;
  public static final int SLOT_THREAD_ID_OFFSET = 4;
  public static final int SLOT_RESULT_OFFSET = 8;
  public static final int SLOT_DIGEST_OFFSET = 16;
  public static final int SLOT_PAYLOAD_POSITION_OFFSET = 24;
  public static final int SLOT_PAYLOAD_LENGTH_OFFSET = 32;
  public static final int SLOT_DESCRIPTOR_OFFSET = 36;
  public static final int SLOT_SITE_OFFSET = 40;
  public static final int SLOT_DETAIL_OFFSET = 48;
  public static final int SLOT_SEQUENCE_OFFSET = 56;

  /** In the kind of a slot that is not published: the call's result is in it, nothing else. */
  public static final byte RESULT_STORED = 0x7f;

  /** Every payload starts at a multiple of this. */
  public static final int PAYLOAD_ALIGNMENT = 8;

  /** The fewest slots: so many that the payload ring is page aligned. */
  public static final int MIN_SLOTS = 64;

  public static final int MAX_SLOTS = 1 << 20;
  public static final long MIN_PAYLOAD_BYTES = 1L << 20;
  public static final long MAX_PAYLOAD_BYTES = 1L << 32;

  /** The largest segment: what one Java buffer can map, as a power of two. */
  public static final int MAX_SEGMENT_BYTES = 1 << 30;

  private static final int DEFAULT_MIN_SLOTS = 4096;
  private static final int PAYLOAD_BYTES_PER_SLOT = 1024;

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if one is out of range or no power of two
   */
  public EventLogLayout {
    requirePowerOfTwo("slots", slots, MIN_SLOTS, MAX_SLOTS);
    requirePowerOfTwo("payload bytes", payloadBytes, MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES);
  }

  /**
   * The layout for a payload ring of this size, with a slot for each 1024 bytes, but 4096 at least
   * and 1,048,576 at most.
   *
   * @throws IllegalArgumentException if the size is out of range or no power of two
   */
  public static EventLogLayout ofPayload(long payloadBytes) {
    long slots = payloadBytes / PAYLOAD_BYTES_PER_SLOT;
    return new EventLogLayout(
        (int) Math.max(DEFAULT_MIN_SLOTS, Math.min(MAX_SLOTS, slots)), payloadBytes);
  }

  /** Size of the file in bytes. */
  public long totalBytes() {
    return payloadOffset() + payloadBytes;
  }

  /** Offset of the payload ring, a multiple of 4096. */
  public int payloadOffset() {
    return HEADER_BYTES + slots * SLOT_BYTES;
  }

  /** Offset of the slot of the event with this sequence number. */
  public int slotOffset(long sequence) {
    return HEADER_BYTES + (int) (sequence & (slots - 1)) * SLOT_BYTES;
  }

  /**
   * Offset of a role word.
   *
   * @throws IndexOutOfBoundsException unless {@code index} is from 0 to 15
   */
  public static int roleWordOffset(int index) {
    if (index < 0 || index >= ROLE_WORDS) {
      throw new IndexOutOfBoundsException("role word " + index + " of " + ROLE_WORDS);
    }
    return ROLE_WORDS_OFFSET + index * CACHE_LINE_BYTES;
  }

  static void requirePowerOfTwo(String name, long value, long min, long max) {
    if (value < min || value > max || Long.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          name + " must be a power of two from " + min + " to " + max + ", not " + value);
    }
  }
}

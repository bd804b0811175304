package org.ftrun.tracer.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SocketLayout;
import org.ftrun.tracer.capture.DraftRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java side's offsets of the stub's structures against what the C compiler says. */
@Timeout(60)
class StubStructuresTest {
  @TempDir Path directory;

  @Test
  void shouldHaveTheOffsetsOfTheCompiler() throws Exception {
    Map<String, Integer> expected = new LinkedHashMap<>();
    expected.put("offsetof(struct area, application_stack)", StubArea.APPLICATION_STACK);
    expected.put("offsetof(struct area, stack)", 16);
    expected.put("offsetof(struct area, stop)", StubArea.STOP);
    expected.put("offsetof(struct area, mode)", StubArea.MODE);
    expected.put("offsetof(struct area, slot)", StubArea.SLOT);
    expected.put("offsetof(struct area, slow)", 40);
    expected.put("offsetof(struct area, frame)", StubArea.FRAME);
    expected.put("offsetof(struct area, frame.argument)", StubArea.FRAME + 8);
    expected.put("offsetof(struct area, frame.rbx)", StubArea.FRAME_RBX);
    expected.put("offsetof(struct area, frame.r15)", StubArea.FRAME_RBX + 40);
    expected.put("offsetof(struct area, frame.flags)", StubArea.FRAME_FLAGS);
    expected.put("offsetof(struct area, frame.trampoline)", StubArea.FRAME_TRAMPOLINE);
    expected.put("offsetof(struct area, redirected)", StubArea.REDIRECTED);
    expected.put("offsetof(struct area, log)", StubArea.LOG);
    expected.put("offsetof(struct area, slots)", StubArea.SLOTS);
    expected.put("offsetof(struct area, payload_offset)", StubArea.PAYLOAD_OFFSET);
    expected.put("offsetof(struct area, payload_bytes)", StubArea.PAYLOAD_BYTES);
    expected.put("offsetof(struct area, segment_bytes)", StubArea.SEGMENT_BYTES);
    expected.put("offsetof(struct area, largest_piece)", StubArea.LARGEST_PIECE);
    expected.put("offsetof(struct area, clock)", StubArea.CLOCK);
    expected.put("offsetof(struct area, thread)", StubArea.THREAD);
    expected.put("offsetof(struct area, spins)", StubArea.SPINS);
    expected.put("offsetof(struct area, yields)", StubArea.YIELDS);
    expected.put("offsetof(struct area, sleep_nanos)", StubArea.SLEEP_NANOS);
    expected.put("offsetof(struct area, began)", StubArea.BEGAN);
    expected.put("offsetof(struct area, unlogged)", 320);
    expected.put("offsetof(struct area, hidden)", StubArea.HIDDEN);
    expected.put("offsetof(struct area, own)", StubArea.OWN);
    expected.put("offsetof(struct area, several)", StubArea.SEVERAL);
    expected.put("offsetof(struct area, inside)", StubArea.INSIDE);
    expected.put("offsetof(struct area, masked)", StubArea.MASKED);
    expected.put("offsetof(struct area, mask)", StubArea.MASKED + 8);
    expected.put("offsetof(struct area, selector)", StubArea.SELECTOR);
    expected.put("offsetof(struct area, passed)", StubArea.PASSED);
    expected.put("offsetof(struct area, present)", StubArea.PRESENT);
    expected.put("sizeof(struct action)", StubArea.ACTION_BYTES);
    expected.put("offsetof(struct area, rescue)", StubArea.RESCUE);
    expected.put("offsetof(struct area, redirected_unit)", StubArea.SAVED - 8);
    expected.put("offsetof(struct area, saved)", StubArea.SAVED);
    expected.put("sizeof(struct saved)", 27 * 8);
    expected.put("offsetof(struct area, seen)", StubArea.SEEN);
    expected.put("offsetof(struct area, times)", StubArea.TIMES);
    expected.put("offsetof(struct area, enter)", StubArea.ENTER);
    expected.put("offsetof(struct area, fences)", StubArea.FENCES);
    expected.put("sizeof(((struct area *)0)->fences)", 8 * StubArea.MOST_FENCES);
    expected.put("offsetof(struct area, pid)", StubArea.PID);
    expected.put("offsetof(struct area, parent)", StubArea.PARENT);
    expected.put("offsetof(struct area, signals)", StubArea.SIGNALS);
    expected.put("offsetof(struct area, affinity)", StubArea.AFFINITY);
    expected.put("offsetof(struct row, identity)", 20);
    expected.put("offsetof(struct row, paths)", 21);
    expected.put("offsetof(struct row, blocks)", 61);
    expected.put("offsetof(struct row, covered)", 62);
    expected.put("offsetof(struct row, paired)", 63);
    expected.put("OWNED_SIGNALS", bit(Signal.SIGTRAP) | bit(Signal.SIGSEGV) | bit(Signal.SIGSYS));
    expected.put("RULE_MESSAGE", 6);
    expected.put("RULE_MESSAGES", 7);
    expected.put("RULE_SENT", 8);
    expected.put("MESSAGE_BYTES", SocketLayout.MSGHDR_SIZE);
    expected.put("sizeof(struct message)", SocketLayout.MMSGHDR_SIZE);
    expected.put("offsetof(struct message, name_length)", SocketLayout.MSGHDR_NAME_LENGTH);
    expected.put("offsetof(struct message, buffers)", SocketLayout.MSGHDR_IOV);
    expected.put("offsetof(struct message, count)", SocketLayout.MSGHDR_IOV_COUNT);
    expected.put("offsetof(struct message, control)", SocketLayout.MSGHDR_CONTROL);
    expected.put("offsetof(struct message, control_length)", SocketLayout.MSGHDR_CONTROL_LENGTH);
    expected.put("offsetof(struct message, flags)", SocketLayout.MSGHDR_FLAGS);
    expected.put("offsetof(struct message, moved)", SocketLayout.MMSGHDR_BYTES);
    expected.put("RESCUE_CALL", StubArea.Rescue.CALL.ordinal());
    expected.put("RESCUE_INJECTED", StubArea.Rescue.INJECTED.ordinal());
    expected.put("RESCUE_ANSWERED", StubArea.Rescue.ANSWERED.ordinal());
    expected.put("RESCUE_STEPPED", StubArea.Rescue.STEPPED.ordinal());
    expected.put("sizeof(struct area)", StubArea.BYTES);
    expected.put("offsetof(struct slot, flags)", EventLogLayout.SLOT_FLAGS_OFFSET);
    expected.put("offsetof(struct slot, syscall)", EventLogLayout.SLOT_SYSCALL_OFFSET);
    expected.put("offsetof(struct slot, thread)", EventLogLayout.SLOT_THREAD_ID_OFFSET);
    expected.put("offsetof(struct slot, result)", EventLogLayout.SLOT_RESULT_OFFSET);
    expected.put("offsetof(struct slot, digest)", EventLogLayout.SLOT_DIGEST_OFFSET);
    expected.put("offsetof(struct slot, position)", EventLogLayout.SLOT_PAYLOAD_POSITION_OFFSET);
    expected.put("offsetof(struct slot, length)", EventLogLayout.SLOT_PAYLOAD_LENGTH_OFFSET);
    expected.put("offsetof(struct slot, descriptor)", EventLogLayout.SLOT_DESCRIPTOR_OFFSET);
    expected.put("offsetof(struct slot, site)", EventLogLayout.SLOT_SITE_OFFSET);
    expected.put("offsetof(struct slot, detail)", EventLogLayout.SLOT_DETAIL_OFFSET);
    expected.put("offsetof(struct slot, sequence)", EventLogLayout.SLOT_SEQUENCE_OFFSET);
    expected.put("sizeof(struct row)", FastTable.ROW_BYTES);
    expected.put("offsetof(struct row, commanded)", 12);
    expected.put("offsetof(struct row, output)", 28);
    expected.put("offsetof(struct row, timeout)", 60);
    expected.put("sizeof(struct output)", 8);
    expected.put("STUB_ROWS", FastTable.ROWS);
    expected.put("STUB_TABLE", StubLayout.TABLE);
    expected.put("STUB_DATA", StubLayout.ENTERS);
    expected.put("STUB_AREA", StubLayout.AREA);
    expected.put("STUB_ROOMS", StubLayout.ROOMS);
    expected.put("STUB_MOST_ROOMS", StubLayout.MOST_ROOMS);
    expected.put("STUB_ROOM_BYTES", StubLayout.TRAMPOLINES_BYTES);
    expected.put("STUB_TRAMPOLINES", StubLayout.TRAMPOLINES);
    expected.put("MODE_SLOW", StubArea.Mode.SLOW.ordinal());
    expected.put("MODE_SOLO", StubArea.Mode.SOLO.ordinal());
    expected.put("MODE_RECORD", StubArea.Mode.RECORD.ordinal());
    expected.put("MODE_REPLAY", StubArea.Mode.REPLAY.ordinal());
    expected.put("DETAIL_FIRST", DetailRule.Kind.FIRST.ordinal());
    expected.put("DETAIL_BOTH", DetailRule.Kind.BOTH.ordinal());
    expected.put("DETAIL_EMPTY", DetailRule.Kind.EMPTY.ordinal());
    expected.put("LOG_CURSOR", EventLogLayout.CURSOR_OFFSET);
    expected.put("LOG_CONSUMERS", EventLogLayout.CONSUMER_SEQUENCES_OFFSET);
    expected.put("LOG_ACTIVE", EventLogLayout.ACTIVE_CONSUMERS_OFFSET);
    expected.put("LOG_PAYLOAD_SUM", EventLogLayout.PAYLOAD_SUM_OFFSET);
    expected.put("LOG_ARGUMENTS", EventLogLayout.ARGUMENTS_OFFSET);
    expected.put("LOG_PIECES", EventLogLayout.DRAFT_PIECES_OFFSET);
    expected.put("LOG_ROOM", EventLogLayout.DRAFT_ROOM_OFFSET);
    expected.put("sizeof(struct piece)", DraftRecord.PIECE_BYTES);
    expected.put("offsetof(struct piece, at)", DraftRecord.AT);
    expected.put("offsetof(struct piece, most)", DraftRecord.MOST);
    expected.put("offsetof(struct piece, measure)", DraftRecord.MEASURE);
    expected.put("offsetof(struct piece, counted_at)", DraftRecord.COUNTED_AT);
    expected.put("PIECE_END", DraftRecord.END);
    expected.put("PIECE_DATA", DraftRecord.DATA);
    expected.put("PIECE_WHOLE", DraftRecord.WHOLE);
    expected.put("PIECE_COUNTED", DraftRecord.COUNTED);
    expected.put("PIECE_MESSAGE", DraftRecord.MESSAGE);
    expected.put("-LOG_FULL", (int) -StubArea.LOG_FULL);
    expected.put("-DRAFTED", (int) -StubArea.DRAFTED);
    expected.put("LOG_SLOTS", EventLogLayout.HEADER_BYTES);

    assertThat(compiled(expected)).isEqualTo(expected);
  }

  private static int bit(int signal) {
    return 1 << (signal - 1);
  }

  private Map<String, Integer> compiled(Map<String, Integer> expressions) throws Exception {
    Path header = Path.of("src/main/c/fast_path.h").toAbsolutePath();
    String includes = "#include <stddef.h>\n#include \"" + header + "\"";
    List<String> prints = new ArrayList<>();
    for (String expression : expressions.keySet()) {
      prints.add("printf(\"" + prints.size() + " %d\\n\", (int)(" + expression + "));");
    }
    Iterator<Long> values = HeaderProbe.values(directory, includes, prints).values().iterator();
    Map<String, Integer> compiled = new LinkedHashMap<>();
    expressions.keySet().forEach(expression -> compiled.put(expression, values.next().intValue()));
    return compiled;
  }
}

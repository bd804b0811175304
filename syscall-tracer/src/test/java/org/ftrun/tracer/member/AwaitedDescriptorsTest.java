package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AwaitedDescriptorsTest {
  private static final int MOST = 8;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLLIN = 1;
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;

  @Test
  void shouldBeThoseOfTheListWhenPolled() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      on.put(0, 1L << 32 | 5, 1L << 32 | 0xffff_ffffL, 4L << 32 | 7);
      CallInFlight poll = MemberOnChild.call("poll", on.room, 3, -1);
      assertThat(AwaitedDescriptors.of(on.member, poll, MOST)).containsExactly(5, 7);
      CallInFlight ppoll = MemberOnChild.call("ppoll", on.room, 1, 0, 0, 0);
      assertThat(AwaitedDescriptors.of(on.member, ppoll, MOST)).containsExactly(5);
      assertThat(AwaitedDescriptors.of(on.member, poll, 1)).hasSize(1);
      CallInFlight wrong = MemberOnChild.call("poll", 8, 3, -1);
      assertThat(AwaitedDescriptors.of(on.member, wrong, MOST)).isEmpty();
    }
  }

  @Test
  void shouldBeThoseOfAllSetsWhenSelected() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      on.put(0, 1L << 3 | 1L << 62);
      on.put(64, 1L << 9);
      CallInFlight select = MemberOnChild.call("select", 63, on.room, 0, on.room + 64, 0);
      assertThat(AwaitedDescriptors.of(on.member, select, MOST)).containsExactly(3, 62, 9);
      CallInFlight pselect = MemberOnChild.call("pselect6", 4, on.room, 0, 0, 0, 0);
      assertThat(AwaitedDescriptors.of(on.member, pselect, MOST)).contains(3);
    }
  }

  @Test
  void shouldBeWhatIsRegisteredWhenAnEpollInstanceIsAwaited() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      long epoll = on.member.inject(MemberOnChild.number("epoll_create1"), 0);
      long socket = on.member.inject(MemberOnChild.number("socket"), AF_UNIX, SOCK_DGRAM, 0);
      on.put(0, EPOLLIN, 0);
      int control = MemberOnChild.number("epoll_ctl");
      assertThat(on.member.inject(control, epoll, EPOLL_CTL_ADD, socket, on.room)).isZero();
      CallInFlight wait = MemberOnChild.call("epoll_wait", epoll, on.room, 1, -1);
      assertThat(AwaitedDescriptors.of(on.member, wait, MOST)).containsExactly((int) socket);
    }
  }

  @Test
  void shouldBeNoneWhenTheCallWaitsForSomethingElse() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      CallInFlight read = MemberOnChild.call("read", 0, on.room, 1);
      assertThat(AwaitedDescriptors.of(on.member, read, MOST)).isNull();
    }
  }

  @Test
  void shouldTellSocketsApartWhenAsked() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      int socket = MemberOnChild.number("socket");
      long tcp = on.member.inject(socket, AF_INET, SOCK_STREAM, 0);
      long udp = on.member.inject(socket, AF_INET, SOCK_DGRAM, 0);
      long local = on.member.inject(socket, AF_UNIX, SOCK_STREAM, 0);
      Waiting sockets = new Waiting(on.member);
      assertThat(sockets.isTcp(tcp)).isTrue();
      assertThat(sockets.isConnection(tcp)).isTrue();
      assertThat(sockets.isLocal(tcp)).isFalse();
      assertThat(sockets.isTcp(udp)).isFalse();
      assertThat(sockets.isTcp(local)).isFalse();
      assertThat(sockets.isLocal(local)).isTrue();
      assertThat(sockets.isTcp(999)).isFalse();
      assertThat(ProcessState.sockets(on.child.pid()))
          .containsSubsequence((int) local, (int) udp, (int) tcp);
      assertThat(on.member.inject(MemberOnChild.number("listen"), tcp, 1)).isZero();
      assertThat(sockets.isConnection(tcp)).as("a listener").isFalse();
    }
  }
}

/* ioctl: by descriptor kind and request. */
#include <linux/fs.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "sockets.h"

static void queues(void) {
  int pair[2], value = -1;
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  check(write(pair[0], "12345", 5) == 5);
  step("five bytes queued");
  check(ioctl(pair[1], FIONREAD, &value) == 0);
  fact("FIONREAD %d", value);
  check(ioctl(pair[0], TIOCOUTQ, &value) == 0);
  feed_value(value);
  fact("still queued: %s", value > 0 ? "yes" : "no");
  int yes = 1;
  check(ioctl(pair[1], FIONBIO, &yes) == 0);
  fact("non-blocking: %s", fcntl(pair[1], F_GETFL) & O_NONBLOCK ? "yes" : "no");
  check(ioctl(pair[1], FIOCLEX) == 0);
  fact("close on exec: %d", fcntl(pair[1], F_GETFD));
  check(ioctl(pair[1], FIONCLEX) == 0);
  struct winsize size;
  check_error(ioctl(pair[0], TIOCGWINSZ, &size), ENOTTY);
  struct termios terminal;
  check_error(tcgetattr(pair[0], &terminal), ENOTTY);
  check(isatty(pair[0]) == 0);
  check(close(pair[0]) == 0 && close(pair[1]) == 0);
  check_error(ioctl(399, FIONREAD, &value), EBADF);
}

static void interfaces(void) {
  int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq requests[64];
  struct ifconf list = {.ifc_len = sizeof requests, .ifc_req = requests};
  check(ioctl(socket_, SIOCGIFCONF, &list) == 0);
  feed(requests, list.ifc_len);
  int loopback = 0;
  for (size_t i = 0; i < list.ifc_len / sizeof *requests; i++) {
    loopback += strcmp(requests[i].ifr_name, "lo") == 0;
  }
  fact("loopback listed: %d", loopback);
  struct ifreq request = {.ifr_name = "lo"};
  check(ioctl(socket_, SIOCGIFFLAGS, &request) == 0);
  fact("is loopback: %s", request.ifr_flags & IFF_LOOPBACK ? "yes" : "no");
  check(ioctl(socket_, SIOCGIFMTU, &request) == 0);
  feed_value(request.ifr_mtu);
  check(ioctl(socket_, SIOCGIFADDR, &request) == 0);
  struct sockaddr_in address;
  memcpy(&address, &request.ifr_addr, sizeof address);
  fact("address %s", inet_ntoa(address.sin_addr));
  check(ioctl(socket_, SIOCGIFINDEX, &request) == 0);
  feed_value(request.ifr_ifindex);
  feed_value(if_nametoindex("lo"));
  strcpy(request.ifr_name, "missing0");
  check_error(ioctl(socket_, SIOCGIFMTU, &request), ENODEV);
  check(close(socket_) == 0);
  step("interfaces");
}

static void terminals(void) {
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  if (master < 0) {
    fact("no terminals");
    return;
  }
  int unlock = 0, number = -1;
  check(ioctl(master, TIOCSPTLCK, &unlock) == 0);
  check(ioctl(master, TIOCGPTN, &number) == 0);
  feed_value(number);
  char path[32];
  snprintf(path, sizeof path, "/dev/pts/%d", number);
  int slave = open(path, O_RDWR | O_NOCTTY);
  check(slave >= 0);
  struct winsize size = {.ws_row = 33, .ws_col = 77}, shown;
  check(ioctl(slave, TIOCSWINSZ, &size) == 0);
  struct termios terminal;
  check(tcgetattr(slave, &terminal) == 0);
  feed(&terminal.c_iflag, 4 * sizeof terminal.c_iflag);
  terminal.c_lflag &= ~(ICANON | ECHO);
  check(tcsetattr(slave, TCSANOW, &terminal) == 0);
  step("terminal set");
  check(ioctl(master, TIOCGWINSZ, &shown) == 0);
  fact("rows %d columns %d", shown.ws_row, shown.ws_col);
  check(tcgetattr(slave, &terminal) == 0);
  fact("echo %s", terminal.c_lflag & ECHO ? "on" : "off");
  check(write(master, "typed", 5) == 5);
  char text[8] = {0};
  check(read(slave, text, sizeof text) == 5);
  fact("read %s", text);
  check(close(slave) == 0 && close(master) == 0);
}

static void body(void) {
  queues();
  interfaces();
  terminals();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }

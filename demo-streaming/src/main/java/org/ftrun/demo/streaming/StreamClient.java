package org.ftrun.demo.streaming;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.ByteBuffer;

/** One HTTP client: asks for the file once and enters what comes. Confined to the event loop. */
final class StreamClient extends SimpleChannelInboundHandler<HttpObject> {
  private final String path;
  private final Reception reception;

  /**
   * Creates a client.
   *
   * @param path what to ask for, starting with a slash
   * @param reception where to enter what comes
   */
  StreamClient(String path, Reception reception) {
    this.path = path;
    this.reception = reception;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    HttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set(HttpHeaderNames.HOST, "demo");
    request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    context.writeAndFlush(request, context.voidPromise());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject object) {
    if (object.decoderResult().isFailure()) {
      reception.end("not HTTP: " + object.decoderResult().cause().getMessage());
      context.close();
      return;
    }
    if (object instanceof HttpResponse response
        && !response.status().equals(HttpResponseStatus.OK)) {
      reception.end("the server answers " + response.status());
      context.close();
      return;
    }
    if (object instanceof HttpContent content) {
      long now = System.nanoTime();
      for (ByteBuffer buffer : content.content().nioBuffers()) {
        reception.add(buffer, now);
      }
      if (content instanceof LastHttpContent) {
        reception.end(null);
      }
      if (reception.hasEnded()) {
        context.close();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    reception.end("disconnected");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    reception.end("disconnected: " + cause.getMessage());
    context.close();
  }
}

// Answers each HTTP request for /NAME with how often NAME has been asked for, and keeps the
// connection. Prints "listening PORT" when it is ready. One goroutine a connection, one counter for
// all, as many threads as the runtime likes.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
)

func main() {
	var mutex sync.Mutex
	counts := make(map[string]int)
	http.HandleFunc("/", func(to http.ResponseWriter, request *http.Request) {
		mutex.Lock()
		counts[request.URL.Path]++
		count := counts[request.URL.Path]
		mutex.Unlock()
		fmt.Fprintf(to, "%s %d\n", request.URL.Path, count)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}

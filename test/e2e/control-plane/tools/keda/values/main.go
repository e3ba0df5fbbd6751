// Command values asks KEDA's own code which number is at a place in a text: one JSON question a line on stdin, one JSON answer a line on stdout.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/tidwall/gjson"
)

type question struct {
	Format   string `json:"format"`
	Location string `json:"location"`
	Body     string `json:"body"`
}

type answer struct {
	// Value is the number as Go writes it; empty when there is none.
	Value string `json:"value,omitempty"`
	// Found is what GJSON finds there, as it stands in the document; for the format json.
	Found string `json:"found,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := out.Encode(ask(asked)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func ask(asked question) (given answer) {
	// A panic is an answer too: there is no number.
	defer func() {
		if recover() != nil {
			given = answer{}
		}
	}()
	body := []byte(asked.Body)
	if asked.Format == "json" {
		given.Found = gjson.GetBytes(body, asked.Location).Raw
	}
	value, err := scalers.GetValueFromResponse(body, asked.Location, scalers.APIFormat(asked.Format))
	if err == nil {
		given.Value = strconv.FormatFloat(value, 'g', -1, 64)
	}
	return given
}

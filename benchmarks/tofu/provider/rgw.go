// The requests to the Admin Ops API of RGW that the provider sends.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

type key struct {
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

type found struct {
	DisplayName string `json:"display_name"`
	Keys        []key  `json:"keys"`
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

// ask sends one request and decodes its answer, if there is to be one. The status 404 is no error.
func ask(ctx context.Context, method string, query url.Values, answer any) (int, error) {
	address := os.Getenv("RADOSGW_ENDPOINT") + "/admin/user?" + query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, err
	}
	who := aws.Credentials{AccessKeyID: os.Getenv("RADOSGW_ACCESS_KEY"), SecretAccessKey: os.Getenv("RADOSGW_SECRET_KEY")}
	request.Header.Set("X-Amz-Content-Sha256", emptyHash)
	if err := v4.NewSigner().SignHTTP(ctx, who, request, emptyHash, "s3", "us-east-1", time.Now()); err != nil {
		return 0, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode == http.StatusNotFound {
		return response.StatusCode, err
	}
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, fmt.Errorf("%s answered %s: %s", method, response.Status, body)
	}
	if answer == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.Unmarshal(body, answer)
}

/* Keys for the tests: those of RFC 7515, and others that are refused. */
#ifndef PAM_OAUTH2_TESTS_CRYPTO_CASE_H
#define PAM_OAUTH2_TESTS_CRYPTO_CASE_H

/* RFC 7515 appendix A.2 */
static const char rsa[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\n"
    "jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\n"
    "aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\n"
    "juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\n"
    "ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\n"
    "toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\n"
    "VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\n"
    "PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\n"
    "O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\n"
    "kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\n"
    "XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\n"
    "4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\n"
    "pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\n"
    "0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\n"
    "lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\n"
    "kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\n"
    "rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\n"
    "kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\n"
    "5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\n"
    "9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\n"
    "evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\n"
    "yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\n"
    "OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\n"
    "tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\n"
    "ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\n"
    "03k2+ZQwVK0JKSHuLFkuQ3U=\n"
    "-----END PRIVATE KEY-----\n";

/* RFC 7515 appendix A.3 */
static const char ec[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
    "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
    "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
    "-----END PRIVATE KEY-----\n";

/* the same in SEC 1 */
static const char ec_sec1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\n"
    "AwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72b\n"
    "focs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
    "-----END EC PRIVATE KEY-----\n";

static const char rsa_1024[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAL/kMSrGT66ea1v+\n"
    "U8I/ONRzveGkLU0TPjLoR1h12OolGC/yBHqT8F73kTHR84VN+cVAF6i6l0BuSrZC\n"
    "nxetBFUde8vsKh+FD+z929A4DwogrkrZRwugZjYnrc3eF7TajUovuHn1ptiXlXzb\n"
    "BgASOJZxqMPRpIuH8p/8HGjYtRAtAgMBAAECgYBCWGBTfLtiEW3nIZjOCVPZyKa3\n"
    "FC+BfYy8xyibwiscUXT6Zr/7rZinDQuLYR7EUUBxXYaQlOrkoP195Kzi37QmK9ku\n"
    "5okps65aFTscGOv49kXZ2z12Wt/yh8f8zOEnbO89fiPHMHZECuMK0f8dh+bqRKS5\n"
    "kfvBwPSsAoup4Qvr1QJBAO7bfub39P5RZx7G1vrOndmJkZJWdjgmi4ViGs2KXThu\n"
    "XGvkjeBmip603xo29D3zZb5fsLZ1FDWwPpNCsAQzNCMCQQDNqctBXjmzhHFhtN6e\n"
    "93wageV5PvNhMgOY1V6dM1+WBkWXQR/WDoJEw8O8hCs28+ZO8tLhdeaB8W5gjNiU\n"
    "oYdvAkEAsaGmlFneZqtfBvJUuhyiIz89dRi7vjJcHAvDZwv5G5hnPw2vvSxE9pYI\n"
    "PNSVeuThy1wabPZQ20SApL85a0YxBQJAeocvXjmJ/QbqGgENJP5jRNOg6JR1obGP\n"
    "bQ2p+dQynYoNCek102z/dYKAah8ANBQpYV3P/50jgMVbMlCXdC2sJwJALFtMCPfp\n"
    "M7CTIlzQSuZ71SohpDZjPQ+iylHZXun73qysTW0einNYr00lV979SUK3a9l39/ca\n"
    "VDy2Ur9l6P9/dw==\n"
    "-----END PRIVATE KEY-----\n";

static const char p384[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDD+R2fSLfAQ/4Iw9TS+\n"
    "8X4GUOGeBjMuZlDBP6yF2UwXpY0oZ9slh7K5V2dUa7qkgruhZANiAAQTbuOx1jld\n"
    "WsQgnCYIQn6qgToLrZpHWGA27Kz53qTb4YXlama+ZKYWE3k2A+HOAVJkc6cFH9xF\n"
    "1YDihkAfsS45HU/HaNyE/C50ziSDMg3zPDs7dggl6bdC9+90CTskN7c=\n"
    "-----END PRIVATE KEY-----\n";

static const char encrypted[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjW02LQwiu6vQICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFqfIUpfl1wqs7f1qbdCODIEgZA1\n"
    "Hly6pxtDxgD4tYyYKx1S2J+t0pWxiif/QoLLOf2aFnhkJCTUvYvg2jfQ0g75ciEl\n"
    "k+1vZVqvtIBgSMgJx96dY4PWqNFmfA8gkDjMmZjaeFW7cskeQXvrCx5Dw0GEmH5c\n"
    "+jk9s/c16Rz7Q9yJgxHQY0p/wHbF3EURjR0LmhFa5/m7rh7hFDCeaANP4VelzRM=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static const char encrypted_sec1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-256-CBC,93516859F9F44AD5D1D535A58A60DA49\n"
    "\n"
    "hKVSu6hXYbkpB2fWjuP9sKVB0OI4bxfB+7Sh3Bow+pwfhIVHNiAFtr81Ku8J/wgw\n"
    "HUMys3Xki9NVXNb78mUI3MnmTyuAMUA+iObxt6QCvFU7ogNMuuehI3F8I8CIHlj1\n"
    "iqoUulQI6xF/033VEy5U4EPzCA8Ax5wna1S+Zee6bG8=\n"
    "-----END EC PRIVATE KEY-----\n";

static const char ed25519[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINj/kjqabK2Yi1EQoE/x3sStuo2vI5K+4knd99plgnf+\n"
    "-----END PRIVATE KEY-----\n";

static const char public[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"
    "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
    "-----END PUBLIC KEY-----\n";

static const char sec256k1[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQguiO64Tj3v8EIqmUZWagU\n"
    "ToyyQ2I0+SpjZT7oze9V/u6hRANCAAQaURr0499ascg07MaCB/v2suianIePDf/z\n"
    "W24E/XBbUSArB9W3JhTiub5UYC7Grw4y5iYNf85iA/Zgwofmz89a\n"
    "-----END PRIVATE KEY-----\n";

#endif

import WaybookModel
import WaybookProtocol

extension FuzzTarget {
    private static let words = [
        "{", "}", "[", "]", ":", ",", "\"", "null", "true", "false", "0", "-1", "9223372036854775807",
        "-9223372036854775808", "9007199254740992", "\\u0000", "\\ud83d\\ude00", "\\ud800", "蓝", "\"a\":",
    ]

    /// JSON, and the small messages in it.
    static let documents = [
        FuzzTarget(
            "json", words: words,
            examples: [
                #"{"a":[1,-2,null,true,"\u00e9\n"],"b":{"c":"蓝港贸易 \ud83d\ude00"}}"#, "[[[[[]]]]]", " [ 1 , 2 ] ",
            ]
        ) { bytes in
            let value = try? JSONParser.parse(bytes)
            let document = try? JSONDocument(bytes)
            try require((value == nil) == (document == nil), "one reader of JSON takes what the other refuses")
            guard let value, let document else { return false }
            try require(document.value == value, "two readers of JSON read two things")
            let canonical = CanonicalJSON.bytes(value)
            try require((canonical == bytes) == document.isCanonical, "canonical is what would be written")
            try require(try JSONParser.parse(canonical) == value, "a value is not read back")
            return true
        },
        FuzzTarget("messages", words: words + messageWords, examples: messages) { bytes in
            let isRead = [
                try readsBack(bytes, { SignInRequest(json: $0) }, \.json),
                try readsBack(bytes, { SignInResponse(json: $0) }, \.json),
                try readsBack(bytes, { TokenResponse(json: $0) }, \.json),
                try readsBack(bytes, { ForkRequest(json: $0) }, \.json),
                try readsBack(bytes, { ForkResponse(json: $0) }, \.json),
                try readsBack(bytes, { WipeRequest(json: $0) }, \.json),
                try readsBack(bytes, { InvitationRequest(json: $0) }, \.json),
                try readsBack(bytes, { InvitationResponse(json: $0) }, \.json),
                try readsBack(bytes, { InvitationAcceptance(json: $0) }, \.json),
            ]
            if let problem = Problem(json: bytes) {
                try require(Problem(json: problem.json(.english))?.code == problem.code, "a problem is not read back")
            }
            return isRead.contains(true) || Problem(json: bytes) != nil
        },
    ]

    private static let messageWords = [
        "email", "password", "device", "former", "token", "replica", "user", "name", "forkOf", "when", "code", "role",
        "language", "zone", "type", "status", "retry", "urn:waybook:", "expires",
    ]

    private static let messages = [
        #"{"device":"laptop","email":"mei@example.com","former":"t","password":"correct horse"}"#,
        #"{"name":"Mei","replica":16777217,"token":"abc","user":"0191f5a2-b3c4-7000-8000-000000000001"}"#,
        #"{"forkOf":16777217}"#, #"{"replica":16777218,"token":"abc"}"#, #"{"when":"at-once"}"#,
        #"{"email":"bo@example.com","language":"zh-Hans","name":"李波","role":"rep","zone":"Asia/Shanghai"}"#,
        #"{"code":"slow-down","retryAfter":3,"status":429,"title":"Slow down","type":"urn:waybook:slow-down"}"#,
    ]
}

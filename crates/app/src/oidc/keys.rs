//! The keys a provider signs with (JWK, RFC 7517), and whether one of them made a signature.
//!
//! Public keys only: nothing that both sides know can prove who signed (`HS256`), nor can nothing at
//! all (`none`).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bellwire_core::ports::IdentityError;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::fetch::Fetch;

/// More keys than any provider has at once.
const MOST_KEYS: usize = 100;

/// The keys of a provider.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<Jwk>);

#[derive(Debug, Clone, Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    pub(super) async fn read(fetch: &Fetch, url: &Url) -> Result<Self, IdentityError> {
        let document = fetch.json(url, "its keys").await?;
        match document.get("keys") {
            Some(Value::Array(keys)) => Ok(Self::of(keys)),
            _ => Err(IdentityError::Unreachable(
                "what it gives as its keys has none".to_owned(),
            )),
        }
    }

    /// What is no key that signs is of no interest here.
    fn of(keys: &[Value]) -> Self {
        let read = keys.iter().take(MOST_KEYS).filter_map(|key| {
            let key = Jwk::deserialize(key).ok()?;
            let signs = key.usage.as_deref().is_none_or(|usage| usage == "sig");
            signs.then_some(key)
        });
        Self(read.collect())
    }

    /// Whether there is a key of this name; any will do for a token that names none.
    pub(super) fn has(&self, name: Option<&str>) -> bool {
        name.is_none_or(|name| self.0.iter().any(|key| key.kid.as_deref() == Some(name)))
    }

    /// Whether one of these keys, of this name where there is one, made the signature in this way.
    pub(super) fn verify(
        &self,
        name: Option<&str>,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.0
            .iter()
            .filter(|key| name.is_none() || key.kid.as_deref() == name)
            .filter(|key| key.alg.as_deref().is_none_or(|alg| alg == algorithm.name()))
            .any(|key| key.verify(algorithm, message, signature).is_some())
    }
}

impl Jwk {
    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Option<()> {
        if self.kty != algorithm.kind() {
            return None;
        }
        match algorithm {
            Algorithm::Rsa(_, parameters) => {
                let (n, e) = (bytes(self.n.as_ref())?, bytes(self.e.as_ref())?);
                let key = RsaPublicKeyComponents {
                    n: unsigned(&n),
                    e: unsigned(&e),
                };
                key.verify(parameters, message, signature).ok()
            }
            Algorithm::Curve {
                curve,
                coordinate_bytes,
                verifier,
                ..
            } => {
                if self.crv.as_deref() != Some(curve) {
                    return None;
                }
                let mut point = vec![4];
                for coordinate in [&self.x, &self.y] {
                    let coordinate = bytes(coordinate.as_ref())?;
                    if coordinate.len() != coordinate_bytes {
                        return None;
                    }
                    point.extend_from_slice(&coordinate);
                }
                UnparsedPublicKey::new(verifier, point)
                    .verify(message, signature)
                    .ok()
            }
            Algorithm::Edwards => {
                if self.crv.as_deref() != Some("Ed25519") {
                    return None;
                }
                UnparsedPublicKey::new(&ED25519, bytes(self.x.as_ref())?)
                    .verify(message, signature)
                    .ok()
            }
        }
    }
}

fn bytes(text: Option<&String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok()
}

/// A number without zeros before it, as ring wants it; some providers write them.
fn unsigned(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

/// How a token can be signed.
#[derive(Clone, Copy)]
pub(super) enum Algorithm {
    Rsa(&'static str, &'static RsaParameters),
    Curve {
        name: &'static str,
        curve: &'static str,
        coordinate_bytes: usize,
        verifier: &'static dyn VerificationAlgorithm,
    },
    Edwards,
}

impl Algorithm {
    /// The algorithm of this name (RFC 7518, RFC 8037).
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rsa("RS256", &RSA_PKCS1_2048_8192_SHA256),
            "RS384" => Self::Rsa("RS384", &RSA_PKCS1_2048_8192_SHA384),
            "RS512" => Self::Rsa("RS512", &RSA_PKCS1_2048_8192_SHA512),
            "PS256" => Self::Rsa("PS256", &RSA_PSS_2048_8192_SHA256),
            "PS384" => Self::Rsa("PS384", &RSA_PSS_2048_8192_SHA384),
            "PS512" => Self::Rsa("PS512", &RSA_PSS_2048_8192_SHA512),
            "ES256" => Self::Curve {
                name: "ES256",
                curve: "P-256",
                coordinate_bytes: 32,
                verifier: &ECDSA_P256_SHA256_FIXED,
            },
            "ES384" => Self::Curve {
                name: "ES384",
                curve: "P-384",
                coordinate_bytes: 48,
                verifier: &ECDSA_P384_SHA384_FIXED,
            },
            "EdDSA" => Self::Edwards,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Rsa(name, _) | Self::Curve { name, .. } => name,
            Self::Edwards => "EdDSA",
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Rsa(..) => "RSA",
            Self::Curve { .. } => "EC",
            Self::Edwards => "OKP",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whether the one key in these keys made the signature of this token.
    fn verifies(key: &Value, token: &str) -> bool {
        let keys = Keys::of(std::slice::from_ref(key));
        let (message, signature) = token.rsplit_once('.').unwrap();
        let header = URL_SAFE_NO_PAD
            .decode(message.split('.').next().unwrap())
            .unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let algorithm = Algorithm::parse(header["alg"].as_str().unwrap()).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        keys.verify(None, algorithm, message.as_bytes(), &signature)
    }

    /// RFC 7515, A.2 and A.3; RFC 8037, A.4.
    #[test]
    fn the_examples_of_the_standards_verify_and_altered_ones_do_not() {
        let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9\
                       pc19yb290Ijp0cnVlfQ";
        let rsa = json!({"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQ\
            oTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEw\
            OWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTB\
            EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9\
            iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"});
        let by_rsa = format!(
            "eyJhbGciOiJSUzI1NiJ9.{payload}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XO\
             iZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f\
             _nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDw\
             usC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWyw\
             lVmtVrBp0igcN_IoypGlUPQGe77Rw"
        );
        let curve = json!({"kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
        let by_curve = format!(
            "eyJhbGciOiJFUzI1NiJ9.{payload}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5dj\
             xLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        );
        let edwards = json!({"kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let by_edwards = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0Jz\
                          lnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        for (key, token) in [
            (&rsa, by_rsa.as_str()),
            (&curve, &by_curve),
            (&edwards, by_edwards),
        ] {
            assert!(verifies(key, token), "{token}");
            let altered = token.replacen('.', ".a", 1);
            assert!(!verifies(key, &altered), "{altered}");
            for other in [&rsa, &curve, &edwards] {
                assert_eq!(verifies(other, token), other == key);
            }
        }
        // Zeros before a number change nothing.
        let n = URL_SAFE_NO_PAD.decode(rsa["n"].as_str().unwrap()).unwrap();
        let padded = URL_SAFE_NO_PAD.encode([&[0], n.as_slice()].concat());
        let mut key = rsa.clone();
        key["n"] = json!(padded);
        assert!(verifies(&key, &by_rsa));
        // A key that says what it is for does nothing else.
        for (field, value) in [("use", "enc"), ("alg", "RS512")] {
            let mut key = rsa.clone();
            key[field] = json!(value);
            assert!(!verifies(&key, &by_rsa), "{field}");
        }
    }

    #[test]
    fn what_proves_nothing_is_no_algorithm() {
        for name in ["none", "None", "HS256", "HS512", "ES256K", "rs256", ""] {
            assert!(Algorithm::parse(name).is_none(), "{name}");
        }
    }
}

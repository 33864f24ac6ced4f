//! How is the binary run: in a world of its own, never for ever, and never on the network?
//!
//! Each world has its own home and its own folder for background labs, and no variable but those
//! that a test sets. Whatever ran, its output is plain text without escape codes and tells of no
//! panic.

use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A run that takes longer is ended, and its test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// What surrounds the binary.
pub(crate) struct World {
    home: TempDir,
    runtime: TempDir,
    variables: Vec<(String, String)>,
    program: PathBuf,
    /// Another user than the one who tests.
    user: Option<u32>,
}

/// The user who is nobody, and has no rights.
const NOBODY: u32 = 65534;

/// What of a run is listened to.
#[derive(Clone, Copy)]
enum Hears {
    All,
    Errors,
}

/// What a run left behind.
pub(crate) struct Ran {
    command: String,
    /// Its exit code.
    pub(crate) code: i32,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
    /// How long it took.
    pub(crate) took: Duration,
}

/// One run in a world that nothing else uses.
pub(crate) fn run(words: &[&str]) -> Ran {
    World::new().run(words)
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            runtime: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
            program: env!("CARGO_BIN_EXE_privpath").into(),
            user: None,
        }
    }

    /// The world of an ordinary user, who has a copy of the binary; of nobody when root tests.
    #[cfg(unix)]
    pub(crate) fn of_an_ordinary_user() -> Self {
        use std::os::unix::fs::{MetadataExt, chown};
        let mut world = Self::new();
        // A folder that we make is ours.
        if std::fs::metadata(world.home.path()).unwrap().uid() == 0 {
            let copy = world.home.path().join("privpath");
            // Another process copies: a child that a neighbouring test starts in the meantime would hold our file
            // open for writing, and such a file cannot be run ("text file busy").
            let copied = Command::new("cp").args([&world.program, &copy]).status().unwrap();
            assert!(copied.success(), "copying {}", world.program.display());
            for path in [world.home.path(), world.runtime.path(), &copy] {
                chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
            world.program = copy;
            world.user = Some(NOBODY);
        }
        world
    }

    /// Whether labs can stand in namespaces in this world; if not, says why, and in CI fails.
    #[expect(clippy::print_stderr, reason = "a test that did not run says so")]
    pub(crate) fn has_namespaces(&self, test: &str) -> bool {
        let up = self.run(&["lab", "up", "healthy", "--name", "tried", "--medium", "namespaces"]);
        if up.code == 0 {
            self.run(&["lab", "down", "tried"]).ended(0);
            return true;
        }
        let ci = std::env::var_os("CI").is_some() && cfg!(target_os = "linux");
        assert!(!ci, "tests of namespaces must run in CI: {up:?}");
        eprintln!("skipped {test}: {}", up.err.trim());
        false
    }

    /// The same with a variable set.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder where background labs leave their state.
    pub(crate) fn labs(&self) -> PathBuf {
        self.runtime.path().join("privpath")
    }

    /// Writes a file where commands stand, and gives its name.
    pub(crate) fn write(&self, name: &'static str, text: impl AsRef<[u8]>) -> &'static str {
        std::fs::write(self.home.path().join(name), text).unwrap();
        name
    }

    /// Runs `privpath` with these words.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        let ran = self.run_in_color(words);
        assert!(!ran.all().contains('\u{1b}'), "an escape code on a pipe:\n{ran:?}");
        ran
    }

    /// The same for output that may have colours.
    pub(crate) fn run_in_color(&self, words: &[&str]) -> Ran {
        let ran = finished(self.command(words), format!("privpath {}", words.join(" ")), Hears::All);
        assert!(!ran.all().contains("panicked"), "{ran:?}");
        ran
    }

    /// The same with a file as standard input.
    pub(crate) fn run_with_input(&self, words: &[&str], input: &str) -> Ran {
        let path = self.home.path().join("input");
        std::fs::write(&path, input).unwrap();
        let mut command = self.command(words);
        command.stdin(std::fs::File::open(path).unwrap());
        finished(command, format!("privpath {}", words.join(" ")), Hears::All)
    }

    /// Its exit code and standard error when nobody reads its standard output.
    pub(crate) fn run_unheard(&self, words: &[&str]) -> (i32, String) {
        let ran = finished(self.command(words), format!("privpath {}", words.join(" ")), Hears::Errors);
        (ran.code, ran.err)
    }

    fn command(&self, words: &[&str]) -> Command {
        never_beyond_this_machine(words);
        let signs_in = words.contains(&"--azure") && words.first() != Some(&"lab");
        assert!(
            !signs_in || self.variables.iter().any(|(name, _)| name == "AZURE_POD_IDENTITY_AUTHORITY_HOST"),
            "say where the instance metadata service is: {words:?}"
        );
        let mut command = Command::new(&self.program);
        #[cfg(unix)]
        if let Some(user) = self.user {
            use std::os::unix::process::CommandExt;
            command.uid(user).gid(user);
        }
        command
            .args(words)
            .current_dir(self.home.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", self.home.path()).env("XDG_RUNTIME_DIR", self.runtime.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for World {
    /// A background lab outlives a test that failed half-way: it is ended with its world.
    fn drop(&mut self) {
        let runs = std::fs::read_dir(self.labs()).is_ok_and(|mut entries| entries.next().is_some());
        if runs {
            let _ = self.command(&["lab", "down"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
    }
}

/// `check` without a lab and without servers of its own would ask those of this machine.
fn never_beyond_this_machine(words: &[&str]) {
    let measures = words.first() == Some(&"check");
    let asks_us =
        |word: &&str| word.starts_with("--lab") || word.starts_with("--dns") || ["--help", "-h"].contains(word);
    let literal = |word: &&str| word.starts_with("https://127.0.0.1:");
    assert!(
        !measures || words.iter().any(asks_us) || words.iter().any(literal),
        "give --lab, or --dns with a server of this test: {words:?}"
    );
    for pair in words.windows(2).filter(|pair| pair[0] == "--dns" || pair[0] == "--socks5") {
        assert!(pair[1].starts_with("127.0.0.1:"), "only servers of this test may be asked: {words:?}");
    }
}

/// Waits until the process has said all that it has to say, or ends it.
fn finished(mut command: Command, name: String, hears: Hears) -> Ran {
    let begin = Instant::now();
    let mut child = command.spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let out = match hears {
        Hears::All => collected(out),
        Hears::Errors => collected(std::io::empty()),
    };
    let err = collected(child.stderr.take().unwrap());
    let both = out.recv_timeout(PATIENCE).and_then(|out| {
        let left = PATIENCE.saturating_sub(begin.elapsed());
        err.recv_timeout(left).map(|err| (out, err))
    });
    let Ok((out, err)) = both else {
        child.kill().unwrap();
        child.wait().unwrap();
        panic!("{name} did not end within {PATIENCE:?}");
    };
    let code = code(child.wait().unwrap());
    Ran { command: name, code, out, err, took: begin.elapsed() }
}

/// The exit code; of one that was ended by a signal, what a shell makes of it.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap()
}

/// All of a stream as text, once it ends.
fn collected(mut stream: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let _ = tell.send(String::from_utf8(bytes).expect("privpath writes UTF-8"));
    });
    told
}

impl Ran {
    /// Both streams.
    pub(crate) fn all(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }

    /// It ended with this code.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// Standard output has these words, however the lines are broken.
    #[track_caller]
    pub(crate) fn said(self, words: &str) -> Self {
        assert!(one_line(&self.out).contains(&one_line(words)), "not said: {words}\n{self:?}");
        self
    }

    /// Neither stream has these words.
    #[track_caller]
    pub(crate) fn never_said(self, words: &str) -> Self {
        assert!(!one_line(&self.all()).contains(&one_line(words)), "said: {words}\n{self:?}");
        self
    }

    /// Standard error has these words, and standard output none: the tool failed.
    #[track_caller]
    pub(crate) fn failed(self, words: &str) -> Self {
        assert_eq!(self.code, 2, "{self:?}");
        assert!(self.out.is_empty(), "a failure writes to standard error alone:\n{self:?}");
        assert!(one_line(&self.err).contains(&one_line(words)), "not said: {words}\n{self:?}");
        self
    }

    /// It took no longer.
    #[track_caller]
    pub(crate) fn within(self, limit: Duration) -> Self {
        assert!(self.took <= limit, "took {:?}, may take {limit:?}\n{self:?}", self.took);
        self
    }

    /// The one document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("not one JSON document: {error}\n{self:?}"))
    }

    /// The one document, which is a report.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        let report = self.json();
        assert_eq!(report["schema"], "privpath/report/1", "{self:?}");
        report
    }
}

impl std::fmt::Debug for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { command, code, out, err, took } = self;
        write!(f, "$ {command}\n[exit {code} after {took:?}]\n--- out\n{out}\n--- err\n{err}")
    }
}

/// The words of a text, however its lines are broken.
fn one_line(text: &str) -> String {
    text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The path as a word of a command line.
pub(crate) fn word(path: &Path) -> &str {
    path.to_str().expect("folders of tests have names in UTF-8")
}

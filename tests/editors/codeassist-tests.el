;;; codeassist-tests.el --- The Emacs mode over the scripted server  -*- lexical-binding: t; -*-

;;; Commentary:

;; CODEASSIST_TEST_COMMAND is the server's command line as a Lisp list, CODEASSIST_TEST_FILE a file that may be edited.

;;; Code:

(require 'ert)
(require 'codeassist)

(setq codeassist-command (read (getenv "CODEASSIST_TEST_COMMAND")))

(defun tests-ghost ()
  "What is shown behind point."
  (if codeassist--overlay (substring-no-properties (overlay-get codeassist--overlay 'after-string)) ""))

(defun tests-sees (text)
  "Wait until TEXT is shown."
  (with-timeout (20 (ert-fail (list 'shown (tests-ghost) 'wanted text)))
    (while (not (equal (tests-ghost) text))
      (accept-process-output nil 0.01))))

(defun tests-keys (keys)
  "Type KEYS, one command loop for each so that hooks run as for a person."
  (execute-kbd-macro (kbd keys)))

(defmacro tests-in-file (&rest body)
  "Run BODY in a fresh file."
  `(progn
     (write-region "x = 1\n" nil (getenv "CODEASSIST_TEST_FILE") nil 'silent)
     (find-file (getenv "CODEASSIST_TEST_FILE"))
     (fundamental-mode)
     (buffer-enable-undo)
     (codeassist-mode 1)
     (goto-char (point-max))
     (unwind-protect (progn ,@body)
       (set-buffer-modified-p nil)
       (kill-buffer))))

(ert-deftest codeassist-types-through-and-takes-parts ()
  (tests-in-file
   (tests-keys "r e t")
   (tests-sees "urn a + b\n    # end")
   (tests-keys "u r")
   (should (equal (tests-ghost) "n a + b\n    # end"))
   (tests-keys "M-<right>")
   (should (equal (buffer-string) "x = 1\nreturn"))
   (should (equal (tests-ghost) " a + b\n    # end"))
   (tests-keys "M-<down>")
   (should (equal (buffer-string) "x = 1\nreturn a + b"))
   (should (equal (tests-ghost) "\n    # end"))
   (tests-keys "TAB")
   (should (equal (buffer-string) "x = 1\nreturn a + b\n    # end"))
   (should (equal (tests-ghost) ""))))

(ert-deftest codeassist-hides-what-is-dismissed-or-left ()
  (tests-in-file
   (tests-keys "r e t")
   (tests-sees "urn a + b\n    # end")
   (tests-keys "C-g")
   (should (equal (tests-ghost) ""))
   (tests-keys "DEL t")
   (tests-sees "urn a + b\n    # end")
   (tests-keys "C-b")
   (should (equal (tests-ghost) ""))))

(ert-deftest codeassist-drops-an-answer-that-comes-late ()
  (tests-in-file
   (tests-keys "l a")
   (let (shown)
     (cl-letf* ((follow (symbol-function 'codeassist--follow))
                ((symbol-function 'codeassist--adopt) (lambda (item) (push item shown) (funcall follow))))
       (tests-keys "x")
       (jsonrpc-request (codeassist--connection) :workspace/executeCommand '(:command "none")))
     (should-not shown))))

(ert-deftest codeassist-counts-columns-in-code-points ()
  (tests-in-file
   (insert "\té😀")
   (tests-keys "=")
   (tests-sees " '🎉'")
   (tests-keys "TAB")
   (should (equal (buffer-string) "x = 1\n\té😀= '🎉'"))))

(provide 'codeassist-tests)
;;; codeassist-tests.el ends here

-- The plugin's options: defaults, what the user gave, and the part of them that the server is told.
local M = {}

M.defaults = {
  cmd = { 'codeassist', 'lsp' },
  -- Editor side: buffers of these file types are never attached, e.g. { gitcommit = false }.
  filetypes = {},
  root_markers = { '.git' },
  -- 'own': the plugin shows the text. 'auto': Neovim's inline completion where it has one (0.12). 'native': insist on it.
  display = 'own',
  highlight = 'CodeAssistGhost',
  -- Insert mode; false leaves a key alone. All but `next` do what they did before while nothing is shown.
  keys = {
    accept = '<Tab>',
    accept_line = '<M-l>',
    accept_word = '<M-w>',
    dismiss = '<C-]>',
    next = '<M-]>',
  },
  -- Shows what an edit would change, and asks, before it is applied. A command with `!` does not ask.
  preview = true,
  -- Sent as the section `codeassist`: model, enabled, languages, maxLines, debounceMs, context, engine, review.
  settings = {},
}

M.options = vim.deepcopy(M.defaults)

local TYPES = {
  cmd = 'table',
  filetypes = 'table',
  root_markers = 'table',
  display = 'string',
  highlight = 'string',
  keys = 'table',
  preview = 'boolean',
  settings = 'table',
}

local function complain(text)
  vim.notify('codeassist: ' .. text, vim.log.levels.WARN)
end

--- Takes the user's options; an unknown or mistyped one is named and left out, never fatal.
function M.set(given)
  local usable = {}
  for name, value in pairs(given or {}) do
    if TYPES[name] == nil then
      complain(('there is no option %q'):format(tostring(name)))
    elseif type(value) ~= TYPES[name] then
      complain(('the option %s must be a %s'):format(name, TYPES[name]))
    else
      usable[name] = value
    end
  end
  M.options = vim.tbl_deep_extend('force', vim.deepcopy(M.defaults), usable)
  if usable.cmd then
    M.options.cmd = usable.cmd -- lists are replaced, not merged
  end
  if usable.root_markers then
    M.options.root_markers = usable.root_markers
  end
end

--- The settings for the server. An empty Lua table would be sent as a list, so it becomes an empty object.
function M.settings()
  local settings = vim.deepcopy(M.options.settings)
  return next(settings) == nil and vim.empty_dict() or settings
end

--- True if Neovim's own inline completion is to show the text.
function M.native()
  local present = vim.lsp.inline_completion ~= nil
  if M.options.display == 'native' and not present then
    complain('this Neovim has no inline completion of its own; the plugin shows the text')
    M.options.display = 'own'
  end
  return present and M.options.display ~= 'own'
end

return M

-- Shows what an edit would change, as a diff in a window over the text, and asks whether it is to be applied.
local M = {}

local function diff(old, new)
  local compare = vim.text and vim.text.diff or vim.diff
  return compare(old, new, { ctxlen = 3, algorithm = 'histogram' })
end

local function joined(lines)
  local text = table.concat(lines, '\n')
  return text == '' and text or text .. '\n'
end

--- The lines of a buffer before and after text edits, which are not applied.
local function tried(buffer, edits, encoding)
  vim.fn.bufload(buffer)
  local before = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
  local scratch = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(scratch, 0, -1, true, before)
  vim.lsp.util.apply_text_edits(edits, scratch, encoding)
  local after = vim.api.nvim_buf_get_lines(scratch, 0, -1, true)
  vim.api.nvim_buf_delete(scratch, { force = true })
  return before, after
end

--- The changes of an edit as { name, before, after }, one for each file.
local function changes(edit, encoding)
  local found = {}
  local function add(uri, edits)
    local buffer = vim.uri_to_bufnr(uri)
    local before, after = tried(buffer, edits, encoding)
    found[#found + 1] = { name = vim.fn.fnamemodify(vim.uri_to_fname(uri), ':~:.'), before = before, after = after }
  end
  for _, change in ipairs(edit.documentChanges or {}) do
    if not change.kind then
      add(change.textDocument.uri, change.edits)
    end
  end
  for uri, edits in pairs(edit.changes or {}) do
    add(uri, edits)
  end
  return found
end

--- What an edit would change, as the lines of a diff.
function M.lines(edit, encoding)
  local lines = {}
  for _, each in ipairs(changes(edit, encoding)) do
    vim.list_extend(lines, { '--- ' .. each.name, '+++ ' .. each.name })
    vim.list_extend(lines, vim.split(diff(joined(each.before), joined(each.after)), '\n', { trimempty = true }))
  end
  return lines
end

local function size(lines)
  local width = 40
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  return math.max(1, math.min(width, vim.o.columns - 4)), math.max(1, math.min(#lines, vim.o.lines - 6))
end

--- Shows lines of a diff; `settled` is called once, with true if the person takes it.
function M.open(lines, title, settled)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, true, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].bufhidden = 'wipe'
  local width, height = size(lines)
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = 'editor',
    row = math.floor((vim.o.lines - height) / 2) - 1,
    col = math.floor((vim.o.columns - width) / 2),
    width = width,
    height = height,
    style = 'minimal',
    border = 'rounded',
    title = (' %s '):format(title:sub(1, width - 2)),
    footer = ' y: apply   q: leave it ',
  })
  vim.wo[window].wrap = false
  vim.bo[buffer].filetype = 'diff'
  local done = false
  local function settle(taken)
    if done then
      return
    end
    done = true
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
    settled(taken)
  end
  for key, taken in pairs({ y = true, q = false, ['<Esc>'] = false }) do
    vim.keymap.set('n', key, function()
      settle(taken)
    end, { buffer = buffer, nowait = true })
  end
  vim.api.nvim_create_autocmd({ 'WinLeave', 'BufWipeout' }, {
    buffer = buffer,
    once = true,
    callback = function()
      vim.schedule(function()
        settle(false)
      end)
    end,
  })
end

return M
